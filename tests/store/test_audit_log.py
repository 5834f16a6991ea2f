"""The audit log as a table: what is written into it stays, on every engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from cromulent.admin.model import Act
from cromulent.admin.store import append_entry, entries_before
from cromulent.db import Database, Unit, Writing, open_database
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import encode

pytestmark = pytest.mark.anyio
ACTS = [Act("user_disabled", "ann", "ben", {"why": f"“{number}”"}) for number in range(3)]


@pytest.fixture
async def database(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Database]:
    opened = open_database(database_at, clock, Writing(encode))
    opened.start()
    yield opened
    await opened.close()


async def test_entries_come_back_as_they_were_written_the_newest_first(database: Database, clock: FakeClock) -> None:
    def unit(unit: Unit) -> None:
        for act in ACTS:
            append_entry(unit.connection, unit.now, act)

    await database.write(unit)
    found = await database.read_in_thread(lambda connection: entries_before(connection, None, 10))
    assert [(entry.number, entry.act) for entry in found] == [(3, ACTS[2]), (2, ACTS[1]), (1, ACTS[0])]
    assert {entry.happened_at for entry in found} == {clock.now()}
    older = await database.read_in_thread(lambda connection: entries_before(connection, 3, 1))
    assert [entry.number for entry in older] == [2]


@pytest.mark.parametrize("statement", ["DELETE FROM audit_entries", "UPDATE audit_entries SET actor_id = 'eve'"])
async def test_nothing_changes_or_removes_one(database: Database, statement: str) -> None:
    await database.write(lambda unit: append_entry(unit.connection, unit.now, ACTS[0]))

    def tamper(unit: Unit) -> None:
        unit.connection.exec_driver_sql(statement)

    with pytest.raises(DBAPIError, match="append-only"):
        await database.write(tamper)
    found = await database.read_in_thread(lambda connection: entries_before(connection, None, 10))
    assert [entry.act for entry in found] == [ACTS[0]]
