"""What a relay has done since its start, in numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class RelayCounts:
    """Requests granted and refused, and answers withheld from strangers; packets delivered, the bytes in them, packets that may not pass.

    `late` are messages dropped because a slow line had too many waiting already; `displaced` are allocations given up for newer ones.
    """

    granted: int = 0
    refused: int = 0
    withheld: int = 0
    delivered: int = 0
    delivered_bytes: int = 0
    dropped: int = 0
    late: int = 0
    displaced: int = 0
