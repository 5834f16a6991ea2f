"""The log as those who read it see it: pages, cursors, pruning, migration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import cromulent.bootstrap  # noqa: F401 - registers every domain's tables
from cromulent.db import find_pos, head_seqs, metadata, newest_event_id, prune, rows_after, visible_count
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import Storage, note

pytestmark = pytest.mark.anyio


def copies_in(folder: Path) -> list[Path]:
    """The copies a migration took."""
    return list(folder.glob("*before-upgrade*"))


async def fill(storage: Storage, count: int) -> None:
    """Notes 1 … count, alternating between two channels."""
    for number in range(1, count + 1):
        await storage.database.write(note(f"{number}", f"channel:{number % 2}"))


async def test_pages_of_some_feeds_visit_each_of_their_events_once(storage: Storage) -> None:
    await fill(storage, 25)
    seen: list[int] = []
    pos = 0
    while True:
        page = await storage.database.read_in_thread(lambda c, at=pos: rows_after(c, ["channel:1"], at, 4))
        seen += [row.seq for row in page.rows]
        pos = page.reached_pos
        if len(page.rows) < 4:
            break
    assert seen == list(range(1, 14))
    assert pos == 25


async def test_a_cursor_is_found_until_it_is_pruned(storage: Storage) -> None:
    await fill(storage, 10)
    ids = [row.id for row in storage.published]
    assert await storage.database.read(lambda c: find_pos(c, ids[3])) == 4
    assert await storage.database.read(lambda c: find_pos(c, "never given out")) is None
    pruned = await storage.database.write(
        lambda unit: prune(unit.connection, older_than=unit.now - timedelta(days=7), keep_rows=4)
    )
    assert pruned == 6
    assert await storage.database.read(lambda c: find_pos(c, ids[3])) is None
    assert await storage.database.read(lambda c: find_pos(c, ids[6])) == 7


async def test_the_newest_event_outlives_its_time(storage: Storage) -> None:
    await fill(storage, 3)
    storage.clock.advance(30 * 86400)
    await storage.database.write(
        lambda unit: prune(unit.connection, older_than=unit.now - timedelta(days=7), keep_rows=100_000)
    )
    assert await storage.database.read(newest_event_id) == storage.published[-1].id
    assert await storage.database.write(note("next", "channel:1")) == 3


async def test_counting_stops_where_it_was_told(storage: Storage) -> None:
    await fill(storage, 20)
    assert await storage.database.read(lambda c: visible_count(c, ["channel:0", "channel:1"], 0, 15)) == 15
    assert await storage.database.read(lambda c: visible_count(c, ["channel:0"], 16, 15)) == 2


async def test_heads_of_feeds_nobody_wrote_to_are_zero(storage: Storage) -> None:
    await fill(storage, 3)
    assert await storage.database.read(lambda c: head_seqs(c, ["channel:1", "user:x"])) == {"channel:1": 2, "user:x": 0}


async def test_the_migrations_make_exactly_the_tables_the_stores_declare(storage: Storage) -> None:
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    assert await storage.database.read_in_thread(differences) == []


async def test_opening_again_migrates_nothing(tmp_path: Path, clock: FakeClock) -> None:
    first = Storage(tmp_path / "again.db", clock)
    await fill(first, 2)
    await first.database.close()
    second = Storage(tmp_path / "again.db", clock)
    assert await second.database.write(note("third", "channel:1")) == 2
    await second.database.close()
    assert copies_in(tmp_path) == []
