"""Where a channel stands among the others of its kind: numbers whose gaps tell nothing.

Everybody who sees a channel sees its `position`. Were the numbers dense, a gap would tell of a private channel somebody may
not know of. So each step is random and without an upper bound, and the only thing a number says is what comes before what.
"""

from __future__ import annotations

import random

MEAN_STEP = 1024
MAX_POSITION = 2**31 - 1
"""What a database keeps as an integer."""

_luck = random.SystemRandom()


def position_after(last: int | None) -> int:
    """A place behind the last one; None when there is none yet. It may exceed `MAX_POSITION`: then number all anew."""
    return (0 if last is None else last) + 1 + int(_luck.expovariate(1 / MEAN_STEP))


def position_between(lower: int | None, upper: int) -> int | None:
    """A place before `upper` and behind `lower`, where there is one; None when there is no room."""
    if lower is None:
        lower = max(-MAX_POSITION, upper - 1 - int(_luck.expovariate(1 / MEAN_STEP)) - MEAN_STEP)
    room = upper - lower - 1
    return lower + 1 + _luck.randrange(room) if room > 0 else None


def positions_for(count: int) -> list[int]:
    """New places for so many channels, ascending."""
    places: list[int] = []
    for _ in range(count):
        places.append(position_after(places[-1] if places else None))
    return places
