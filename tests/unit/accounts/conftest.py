"""An instance with nothing in it but accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.unit.accounts.reception import Reception


@pytest.fixture
async def reception(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Reception]:
    """Accounts on a database of their own."""
    made = Reception(database_at, clock)
    yield made
    await made.close()
