"""An instance for each test, and browsers to look at it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.api.site import Site
from tests.store.databases import place_of


@pytest.fixture
def database_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An SQLite file, but for tests marked `on_both_engines`: the stores below are tested on both anyhow."""
    return place_of(request, tmp_path)


@pytest.fixture
async def site(tmp_path: Path, database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Site]:
    """A whole instance, built by the composition root, without a network."""
    made = await Site.open(tmp_path, clock, database_url=database_at if isinstance(database_at, str) else "")
    yield made
    await made.close()
