"""Messages: posting, editing, deleting, history, and the HTML that comes of the text."""

from cromulent.messages.erasing import erase_messages
from cromulent.messages.errors import AlreadyDeleted, NonceReused, NotTextChannel
from cromulent.messages.facts import MessageDeleted, MessageEdited, MessagePosted
from cromulent.messages.model import Message
from cromulent.messages.policy import MAX_HISTORY_PAGE, POSTS_PER_10_SECONDS
from cromulent.messages.rendering import Renderer
from cromulent.messages.service import HistoryPage, MessageService
from cromulent.messages.store import last_seq_in

__all__ = [
    "MAX_HISTORY_PAGE",
    "POSTS_PER_10_SECONDS",
    "AlreadyDeleted",
    "HistoryPage",
    "Message",
    "MessageDeleted",
    "MessageEdited",
    "MessagePosted",
    "MessageService",
    "NonceReused",
    "NotTextChannel",
    "Renderer",
    "erase_messages",
    "last_seq_in",
]
