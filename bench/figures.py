"""What a benchmark hands over: a table, the claims it is held against, and what a reader must know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Measured:
    """Values of the same thing, one a round; the median speaks for them."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    def shown(self, places: int = 0) -> str:
        """The median and, where there are several rounds, from where to where they went."""
        text = f"{self.median:,.{places}f}"
        if len(self.values) > 1:
            text += f" ({min(self.values):,.{places}f}–{max(self.values):,.{places}f})"
        return text


@dataclass(frozen=True)
class Claim:
    """Something we say about the speed: `value` must be at least, or at most, `bound`. `cause` is for when it is not."""

    what: str
    value: float
    bound: float
    unit: str = ""
    places: int = 0
    at_most: bool = False
    cause: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim is true in this sitting."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def cells(self) -> tuple[str, ...]:
        """What, the bound, the value, the verdict: a row of the table of claims."""
        sign = "≤" if self.at_most else "≥"
        verdict = "holds" if self.holds else f"**missed** {self.cause}".rstrip()
        bound, value = (f"{number:,.{self.places}f} {self.unit}".rstrip() for number in (self.bound, self.value))
        return self.what, f"{sign} {bound}", value, verdict


@dataclass(frozen=True)
class Section:
    """The results of one benchmark."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    claims: Sequence[Claim] = ()
    notes: Sequence[str] = ()
