"""What a channel is, and what its name may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.visible_text import visible_line

ChannelKind = Literal["text", "voice"]
Visibility = Literal["public", "private"]
WritePermission = Literal["everyone", "administrators"]

MAX_NAME_LENGTH = 80
MAX_TOPIC_LENGTH = 500
USER_LIMITS = range(2, 13)


@dataclass(frozen=True, slots=True)
class Channel:
    """A durable place to write or to talk in. `user_limit` is how many may talk there at once; None: as many as anywhere."""

    id: str
    kind: ChannelKind
    name: str
    slug: str
    topic: str
    position: int
    visibility: Visibility
    is_default: bool
    write_permission: WritePermission
    user_limit: int | None = None


def check_audience(visibility: Visibility, *, is_default: bool) -> None:
    """Raise `InvalidInput` (`private_default_channel`) for what contradicts itself: everybody's, and only for those let in."""
    if is_default and visibility == "private":
        raise InvalidInput("A private channel cannot be a default one.", code="private_default_channel")


def check_user_limit(kind: ChannelKind, user_limit: int | None) -> None:
    """Raise `InvalidInput` (`invalid_user_limit`) unless it is a size of room, and one for a voice channel."""
    if user_limit is None:
        return
    if kind != "voice":
        raise InvalidInput("Only a voice channel has a user limit.", code="invalid_user_limit")
    if user_limit not in USER_LIMITS:
        raise InvalidInput("A user limit is a whole number from 2 to 12.", code="invalid_user_limit")


def checked_name(text: str) -> str:
    """A channel's name as it is stored: composed (NFC), runs of blanks made one, 1–80 visible characters.

    Raises `InvalidInput` (`invalid_channel_name`), also for control characters and marks that turn the direction of text.
    """
    return _checked(text, 1, MAX_NAME_LENGTH, code="invalid_channel_name", what="A channel's name")


def checked_topic(text: str) -> str:
    """A topic as it is stored: one line of at most 500 visible characters, maybe empty. Raises `InvalidInput` (`invalid_topic`)."""
    return _checked(text, 0, MAX_TOPIC_LENGTH, code="invalid_topic", what="A topic")


def _checked(text: str, shortest: int, longest: int, *, code: str, what: str) -> str:
    line = visible_line(text, shortest, longest)
    if line is None:
        raise InvalidInput(f"{what} has {shortest} to {longest} visible characters.", code=code)
    return line


def slug_of(name: str, kind: ChannelKind) -> str:
    """The name for addresses: `a-z0-9-` only, at most 80, never empty. Cosmetic: nothing is found by it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_NAME_LENGTH].strip("-") or kind
