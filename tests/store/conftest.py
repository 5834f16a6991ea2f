"""A real SQLite database in a temporary folder, with facts that need no domain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cromulent.db import Database, LogRow, Unit, Writing, open_database
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.facts import Fact


@dataclass(frozen=True)
class Noted(Fact):
    """Something was written down."""

    text: str


def encode(fact: Fact) -> tuple[str, str]:
    """The dispatch of a note; one with the text `unspeakable` cannot be encoded."""
    assert isinstance(fact, Noted)
    if fact.text == "unspeakable":
        raise ValueError("cannot be said")
    return "note.taken", f'{{"text":"{fact.text}"}}'


def note(text: str, feed: str = "channel:1") -> Callable[[Unit], int]:
    """A unit that records one note and returns its seq."""

    def unit(unit: Unit) -> int:
        seq = unit.reserve_seq(feed)
        unit.record(Noted(text), feed, seq=seq)
        return seq

    return unit


class Storage:
    """A database and everything its writer has published."""

    def __init__(self, path: Path, clock: FakeClock) -> None:
        self.path = path
        self.clock = clock
        self.published: list[LogRow] = []
        self.database: Database = open_database(path, clock, Writing(encode))
        self.database.writer.publish = self.published.extend
        self.database.start()

    @property
    def texts(self) -> list[str]:
        """The payloads published so far."""
        return [row.payload for row in self.published]


@pytest.fixture
async def storage(tmp_path: Path, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Storage]:
    """A fresh database that is running."""
    made = Storage(tmp_path / "cromulent.db", clock)
    yield made
    await made.database.close()
