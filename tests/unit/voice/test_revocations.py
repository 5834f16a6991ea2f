"""Revocations in the real database: they outlive a restart, never shrink, and the table is what the migration made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cromulent.db import Database, Writing, metadata, open_database
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.facts import Fact
from cromulent.voice import Departure, StoredLedger
from cromulent.voice.revocations import Revocations
from cromulent.voice.tokens import Claims

pytestmark = pytest.mark.anyio
INSTANT = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)
STEP = timedelta(microseconds=1)


def encode(fact: Fact) -> tuple[str, str]:
    raise AssertionError("voice records no facts")


@pytest.fixture
async def database(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Database]:
    """A fresh database that is running."""
    opened = open_database(database_at, clock, Writing(encode))
    opened.start()
    yield opened
    await opened.close()


def claims(issued_at: datetime, channel: str = "lounge") -> Claims:
    return Claims("participant", "anna", channel, "login", issued_at)


async def test_a_revocation_is_on_disk_when_it_was_awaited(database: Database) -> None:
    revocations = Revocations(StoredLedger(database))
    assert await revocations.void_before("anna", "lounge") is None
    await revocations.revoke(claims(INSTANT), Departure.LEFT)
    after_restart = Revocations(StoredLedger(database))
    assert await after_restart.void_before("anna", "lounge") == INSTANT + STEP
    assert await after_restart.void_before("anna", "attic") is None
    assert await after_restart.void_before("ben", "lounge") is None


async def test_it_holds_at_once_also_when_nobody_waits(database: Database) -> None:
    revocations = Revocations(StoredLedger(database))
    revocations.revoke(claims(INSTANT), Departure.LEFT)
    assert await revocations.void_before("anna", "lounge") == INSTANT + STEP
    await revocations.close()
    assert await StoredLedger(database).find("anna", "lounge") == INSTANT + STEP


async def test_an_older_goodbye_does_not_bring_a_younger_token_back(database: Database) -> None:
    revocations = Revocations(StoredLedger(database))
    await revocations.revoke(claims(INSTANT), Departure.LEFT)
    await revocations.revoke(claims(INSTANT - timedelta(hours=1)), Departure.KICKED)
    assert await revocations.void_before("anna", "lounge") == INSTANT + STEP
    assert await StoredLedger(database).find("anna", "lounge") == INSTANT + STEP


async def test_the_next_token_is_always_younger_whatever_the_clock_says(database: Database) -> None:
    revocations = Revocations(StoredLedger(database))
    ended = claims(INSTANT)
    await revocations.revoke(ended, Departure.MOVED)
    void_before = await revocations.void_before("anna", "lounge")
    for now in (INSTANT, INSTANT - timedelta(days=1)):
        assert revocations.instant_of_issue(now, void_before) == INSTANT + STEP
        assert revocations.instant_of_issue(now, None, ended) == INSTANT + STEP
    later = INSTANT + timedelta(days=1)
    assert revocations.instant_of_issue(later, void_before, ended) == later


async def test_the_table_is_what_the_migration_made(database: Database) -> None:
    def described(connection: sa.Connection) -> list[tuple[str, str, bool]]:
        columns = sa.inspect(connection).get_columns("voice_revocations")
        return [(one["name"], str(one["type"]), one["nullable"]) for one in columns]

    declared = [
        (column.name, str(column.type.compile()), bool(column.nullable))
        for column in metadata.tables["voice_revocations"].columns
    ]
    assert await database.read(described) == declared
