"""Notifications: how far everybody has read in each of their text channels."""

from cromulent.notifications.facts import ReadStateUpdated
from cromulent.notifications.model import ReadState
from cromulent.notifications.reactions import begin_to_read, count_own_message_as_read, forget_channel, stop_reading
from cromulent.notifications.service import NotificationService
from cromulent.notifications.store import read_states_of

__all__ = [
    "NotificationService",
    "ReadState",
    "ReadStateUpdated",
    "begin_to_read",
    "count_own_message_as_read",
    "forget_channel",
    "read_states_of",
    "stop_reading",
]
