"""Messages: posting, history, and the HTML that comes of the text."""

from cromulent.messages.facts import MessagePosted
from cromulent.messages.model import Message

__all__ = ["Message", "MessagePosted"]
