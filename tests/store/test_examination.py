"""Looking at a database, of either kind, while a server writes to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cromulent.db import examine_database
from cromulent.kernel.clock import SystemClock
from tests.store.conftest import Storage, note

pytestmark = pytest.mark.anyio


async def test_a_database_in_use_is_looked_at_and_left_as_it_was(storage: Storage) -> None:
    await storage.database.write(note("one"))
    state = examine_database(storage.where)
    assert state.known
    assert state.revision == state.newest != ""
    assert state.refuses_writes is None
    assert state.newest_event_at == storage.clock.now()
    await storage.database.write(note("two"))
    assert [row.pos for row in storage.published] == [1, 2]


async def test_the_clock_is_that_of_a_server(storage: Storage) -> None:
    state = examine_database(storage.where)
    if isinstance(storage.where, Path):
        assert state.now is None
    else:
        assert state.now is not None
        assert abs(state.now - SystemClock().now()) < timedelta(minutes=1)
