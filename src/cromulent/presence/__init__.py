"""Presence: who is online and who is typing. Memory only."""

from cromulent.presence.tracker import Announcer, PresenceTracker
from cromulent.presence.typing import TypingTracker

__all__ = ["Announcer", "PresenceTracker", "TypingTracker"]
