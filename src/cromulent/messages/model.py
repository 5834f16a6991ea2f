"""What a message is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
