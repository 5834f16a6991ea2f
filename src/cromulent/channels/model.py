"""What a channel is, and what its name may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from cromulent.kernel.errors import InvalidInput

ChannelKind = Literal["text", "voice"]
Visibility = Literal["public", "private"]
WritePermission = Literal["everyone", "administrators"]

MAX_NAME_LENGTH = 80
MAX_TOPIC_LENGTH = 500
_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: invisible alone, but Persian words and emoji are spelled with them."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A durable place to write or to talk in."""

    id: str
    kind: ChannelKind
    name: str
    slug: str
    topic: str
    position: int
    visibility: Visibility
    is_default: bool
    write_permission: WritePermission


def checked_name(text: str) -> str:
    """A channel's name as it is stored: composed (NFC), runs of blanks made one, 1–80 visible characters.

    Raises `InvalidInput` (`invalid_channel_name`), also for control characters and marks that turn the direction of text.
    """
    return _visible_line(text, 1, MAX_NAME_LENGTH, "invalid_channel_name", "A channel's name")


def checked_topic(text: str) -> str:
    """A topic as it is stored: one line of at most 500 visible characters, maybe empty. Raises `InvalidInput` (`invalid_topic`)."""
    return _visible_line(text, 0, MAX_TOPIC_LENGTH, "invalid_topic", "A topic")


def _visible_line(text: str, shortest: int, longest: int, code: str, what: str) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    seen = [character for character in line if character not in _JOINERS]
    if any(unicodedata.category(character) in _INVISIBLE for character in seen):
        raise InvalidInput(f"{what} holds a character that cannot be seen.", code=code)
    if not shortest <= len(seen) or len(line) > longest:
        raise InvalidInput(f"{what} has {shortest} to {longest} characters.", code=code)
    return line


def slug_of(name: str, kind: ChannelKind) -> str:
    """The name for addresses: `a-z0-9-` only, at most 80, never empty. Cosmetic: nothing is found by it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_NAME_LENGTH].strip("-") or kind
