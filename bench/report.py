"""A sitting's results as text: for the terminal, and as the page `bench/RESULTS.md`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bench.figures import Claim, Section

_CLAIM_COLUMNS = ("what", "claimed", "measured", "")


def section_text(section: Section) -> str:
    """One benchmark as Markdown."""
    parts = [f"## {section.title}", _table(section.columns, section.rows)]
    if section.claims:
        parts.append(_claims_table(section.claims))
    parts.extend(section.notes)
    return "\n\n".join(parts)


def page_text(sections: Sequence[Section], machine: Sequence[tuple[str, str]], rounds: int, at: datetime) -> str:
    """The whole page: the claims first, then the machine, then everything in detail."""
    claims = [claim for section in sections for claim in section.claims]
    missed = sum(not claim.holds for claim in claims)
    opening = (
        f"What `bin/bench` measured on {at:%Y-%m-%d}: {_each(rounds)}. {len(claims) - missed} of {len(claims)} claims hold. "
        "How it is measured: [README](README.md). The file is written by the program and not edited."
    )
    parts = ["# Results", opening, _claims_table(claims), "## The machine", _table(("", ""), machine)]
    return "\n\n".join([*parts, *map(section_text, sections)]) + "\n"


def _each(rounds: int) -> str:
    if rounds == 1:
        return "each figure comes from one run"
    return f"each figure is the median of {rounds} runs, the lowest and the highest in parentheses"


def _claims_table(claims: Sequence[Claim]) -> str:
    return _table(_CLAIM_COLUMNS, [claim.cells() for claim in claims])


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
