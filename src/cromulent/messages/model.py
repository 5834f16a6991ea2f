"""What a message is, and what its text and its nonce may be."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.ids import is_id
from cromulent.messages.policy import MAX_TEXT_LENGTH


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote in a channel.

    `seq` is its place in the channel's feed and never changes; `rev` is the seq of its last change. `text` is what was
    sent, `html` what came of it. A deleted message has neither but stays.
    """

    id: str
    channel_id: str
    author_id: str
    seq: int
    rev: int
    nonce: str
    text: str
    html: str
    posted_at: datetime
    edited_at: datetime | None = None
    deleted: bool = False

    def without_text(self) -> Message:
        """What an event of the log says of the message once its text has been superseded."""
        return replace(self, text="", html="")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked to post, checked: make it with `checked_request`."""

    channel_id: str
    author_id: str
    nonce: str
    text: str

    @property
    def hash(self) -> bytes:
        """SHA-256 over what makes two requests the same: the channel and the text as sent."""
        return hashlib.sha256(f"{self.channel_id}\0{self.text}".encode()).digest()


def checked_request(channel_id: str, author_id: str, nonce: str, text: str) -> Request:
    """A request to post. Raises `InvalidInput`: `invalid_nonce`, and what `checked_text` raises."""
    if not is_id(nonce):
        raise InvalidInput("The nonce is a UUID in lower-case hyphenated form.", code="invalid_nonce")
    return Request(channel_id, author_id, nonce, checked_text(text))


def checked_text(text: str) -> str:
    """What may be a message's text. Raises `InvalidInput`: `message_empty`, `message_too_long`, `invalid_text`.

    Nothing of it is trimmed or changed, for blanks at its ends may be meant; but there must be something to see.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise InvalidInput(f"A message has at most {MAX_TEXT_LENGTH:,} characters.", code="message_too_long")
    if not _can_be_kept(text):
        raise InvalidInput("The message holds a character that cannot be stored.", code="invalid_text")
    if not _can_be_seen(text):
        raise InvalidInput("The message is empty.", code="message_empty")
    return text


def _can_be_kept(text: str) -> bool:
    """No NUL, which databases cut at, and no half of a surrogate pair, which is no character."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _can_be_seen(text: str) -> bool:
    """Anything but blanks, controls and zero-width characters."""
    return any(character.isprintable() and unicodedata.category(character) != "Zs" for character in text)
