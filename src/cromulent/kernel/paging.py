"""One way to ask for a part of a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.ids import is_id

Direction = Literal["newest", "before", "after", "around"]
MAX_SEQ = 2**53 - 1
"""The largest whole number every client can hold exactly."""


@dataclass(frozen=True, slots=True)
class SeqPage:
    """A page of history: `limit` rows `before`, `after` or `around` (inclusive) the seq `bound`; `newest` has no bound."""

    direction: Direction
    bound: int
    limit: int


def seq_page(*, before: int | None, after: int | None, around: int | None, limit: int, maximum: int = 50) -> SeqPage:
    """Build a `SeqPage` from what a client sent. Raises `InvalidInput` (`invalid_page`) on two bounds or one out of range."""
    given: list[tuple[Direction, int]] = []
    if before is not None:
        given.append(("before", before))
    if after is not None:
        given.append(("after", after))
    if around is not None:
        given.append(("around", around))
    if len(given) > 1:
        raise InvalidInput("Ask for a page before, after or around a place, not two at once.", code="invalid_page")
    _check_limit(limit, maximum)
    direction, bound = given[0] if given else ("newest", 0)
    if not 0 <= bound <= MAX_SEQ:
        raise InvalidInput("A place in a list is a whole number, zero or more.", code="invalid_page")
    return SeqPage(direction, bound, limit)


def check_id_page(bound: str | None, limit: int, maximum: int) -> None:
    """Check a page of a list in id order: the id it goes on from, None at its beginning. Raises `InvalidInput` (`invalid_page`)."""
    _check_limit(limit, maximum)
    if bound is not None and not is_id(bound):
        raise InvalidInput("A page goes on from the id of an entry.", code="invalid_page")


def _check_limit(limit: int, maximum: int) -> None:
    if not 1 <= limit <= maximum:
        raise InvalidInput(f"A page has 1 to {maximum} entries.", code="invalid_page")
