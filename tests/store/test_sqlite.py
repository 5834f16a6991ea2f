"""What only a file can suffer: a full disk, somebody else who holds the lock."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import func, select

from cromulent.db import StorageUnavailable
from cromulent.db.schema import events
from tests.store.conftest import Storage, note

pytestmark = pytest.mark.anyio


async def test_a_full_disk_fails_every_unit_of_the_batch_and_the_next_try_succeeds(sqlite_storage: Storage) -> None:
    await sqlite_storage.database.write(note("first"))

    def limit_pages(pages: int) -> None:
        with sqlite_storage.database.writer._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    limit_pages(1)  # SQLite takes the present size when the limit is below it
    big = "x" * 60_000
    outcomes = await asyncio.gather(
        *(sqlite_storage.database.write(note(f"{big}{number}")) for number in range(3)), return_exceptions=True
    )
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    assert len(sqlite_storage.published) == 1
    limit_pages(1_000_000)
    assert await sqlite_storage.database.write(note("after")) == 2
    assert (
        await sqlite_storage.database.read(lambda c: c.execute(select(func.count()).select_from(events)).scalar_one())
        == 2
    )


async def test_a_locked_database_is_a_clear_error_and_nothing_is_lost(sqlite_storage: Storage) -> None:
    with sqlite_storage.database.writer._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
    with closing(sqlite3.connect(sqlite_storage.where, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable) as refused:
            await sqlite_storage.database.write(note("blocked"))
        other.execute("ROLLBACK")
    assert refused.value.code == "storage_unavailable"
    assert await sqlite_storage.database.write(note("free")) == 1
