"""A stage for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.gateway.stage import Stage


@pytest.fixture
async def stage(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Stage]:
    """A running instance without a network, with nobody in it."""
    made = Stage(database_at, clock)
    await made.start()
    yield made
    await made.database.close()
