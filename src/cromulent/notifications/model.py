"""How far a member has read a channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadState:
    """Both are seqs of the channel's feed. Everything up to `read_seq` is read.

    `last_seq` is that of the last message, deleted or not, but never below `read_seq`: something is unread while it is greater.
    """

    channel_id: str
    read_seq: int
    last_seq: int
