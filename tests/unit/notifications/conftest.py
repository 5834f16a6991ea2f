"""A place of one's own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.unit.place import Place


@pytest.fixture
async def place(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Place]:
    """Channels and messages, nobody there yet."""
    made = Place(database_at, clock)
    yield made
    await made.close()
