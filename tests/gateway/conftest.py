"""A stage for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.gateway.stage import Stage
from tests.store.databases import place_of


@pytest.fixture
def database_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An SQLite file: what the gateway asks of a database is asked of both engines by `test_catch_up`."""
    return place_of(request, tmp_path)


@pytest.fixture
async def stage(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Stage]:
    """A running instance without a network, with nobody in it."""
    made = Stage(database_at, clock)
    await made.start()
    yield made
    await made.database.close()
