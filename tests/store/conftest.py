"""A real database of either kind, with facts that need no domain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cromulent.db import Database, LogRow, Unit, Writing, open_database, writer
from cromulent.db.postgresql import postgresql_engines
from cromulent.db.schema import events
from cromulent.db.sqlite import sqlite_engines
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


def stored_events(where: Path | str) -> int:
    """How many events somebody else finds in the database."""
    engines = sqlite_engines(where) if isinstance(where, Path) else postgresql_engines(where)
    with closing(engines.reading.connect()) as connection:
        count = connection.execute(select(func.count()).select_from(events)).scalar_one()
    engines.dispose()
    return count


class Storage:
    """A database and everything its writer has published."""

    def __init__(self, where: Path | str, clock: FakeClock) -> None:
        self.where = where
        self.clock = clock
        self.published: list[LogRow] = []
        self.database: Database = open_database(where, clock, Writing(encode))
        self.database.writer.publish = self.published.extend
        self.database.start()

    @property
    def texts(self) -> list[str]:
        """The payloads published so far."""
        return [row.payload for row in self.published]


@pytest.fixture
async def storage(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Storage]:
    """A fresh database that is running, on each engine in turn."""
    made = Storage(database_at, clock)
    yield made
    await made.database.close()


@pytest.fixture
async def sqlite_storage(tmp_path: Path, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Storage]:
    """A fresh SQLite file that is running."""
    made = Storage(tmp_path / "only.db", clock)
    yield made
    await made.database.close()


async def in_one_batch(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, *units: Callable[[Unit], object]
) -> list[object]:
    """Run units as one transaction: the first of its batch waits until all of them are queued. What they returned or raised."""
    monkeypatch.setattr(writer, "MAX_BATCH_SECONDS", 60.0)
    queued = threading.Event()
    writing = [asyncio.ensure_future(storage.database.write(unit)) for unit in (lambda _: queued.wait(), *units)]
    await asyncio.sleep(0)  # now each has put itself into the queue
    queued.set()
    return (await asyncio.gather(*writing, return_exceptions=True))[1:]
