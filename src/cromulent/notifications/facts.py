"""What happens to read states."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class ReadStateUpdated(Fact):
    """A member says how far they have read. Heard by that user alone; a message of one's own says the same without this."""

    user_id: str
    channel_id: str
    read_seq: int
