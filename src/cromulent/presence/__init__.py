"""Presence: who is online and who is typing. Memory only."""

from cromulent.presence.tracker import Announce, PresenceTracker
from cromulent.presence.typing import TypingTracker

__all__ = ["Announce", "PresenceTracker", "TypingTracker"]
