"""Statements given to the driver as they are: the same answers, the same errors."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from cromulent.db import HotStatement, microseconds_of
from cromulent.db.schema import events, feeds
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import Storage

pytestmark = pytest.mark.anyio

ADD = HotStatement(insert(feeds), ["feed", "head_seq"])
FIND = HotStatement(select(feeds.c.head_seq, feeds.c.feed).where(feeds.c.feed == bindparam("name")))


async def test_it_does_what_the_statement_says(storage: Storage) -> None:
    async def find(name: str) -> object:
        return await storage.database.read(lambda connection: FIND.find_one(connection, {"name": name}))

    assert await find("a") is None
    assert await storage.database.write(lambda unit: ADD.run(unit.connection, {"head_seq": 7, "feed": "a"})) == 1
    assert await find("a") == (7, "a")
    assert await find("b") is None


async def test_its_refusals_are_those_of_sqlalchemy_and_undo_the_unit(storage: Storage) -> None:
    def twice(connection: Connection) -> None:
        for seq in (1, 2):
            ADD.run(connection, {"feed": "a", "head_seq": seq})

    with pytest.raises(IntegrityError):
        await storage.database.write(lambda unit: twice(unit.connection))
    found = await storage.database.read(lambda connection: FIND.find_one(connection, {"name": "a"}))
    assert found is None


async def test_a_missing_value_is_an_error_at_once(storage: Storage) -> None:
    with pytest.raises(KeyError):
        await storage.database.write(lambda unit: ADD.run(unit.connection, {"feed": "a"}))


async def test_a_row_found_keeps_no_reading_open(storage: Storage) -> None:
    """A statement that is not finished would pin the past for its connection."""
    for seq in (1, 2, 3):
        await storage.database.write(
            lambda unit, seq=seq: ADD.run(unit.connection, {"feed": f"f{seq}", "head_seq": seq})
        )
        found = await storage.database.read(lambda connection, seq=seq: FIND.find_one(connection, {"name": f"f{seq}"}))
        assert found == (seq, f"f{seq}")


async def test_instants_are_kept_as_the_column_keeps_them(storage: Storage, clock: FakeClock) -> None:
    add = HotStatement(insert(events), [column.name for column in events.c])
    clock.advance(0.123456)
    row = {"pos": 1, "id": "x", "feed": "a", "seq": 1, "type": "t", "payload": "{}"}
    await storage.database.write(
        lambda unit: add.run(unit.connection, {**row, "created_at": microseconds_of(clock.now())})
    )
    assert await storage.database.read(lambda c: c.execute(select(events.c.created_at)).scalar_one()) == clock.now()
