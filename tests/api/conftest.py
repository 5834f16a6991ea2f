"""An instance for each test, and browsers to look at it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock
from tests.api.site import Site


@pytest.fixture
async def site(tmp_path: Path, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Site]:
    """A whole instance, built by the composition root, without a network."""
    made = await Site.open(tmp_path, clock)
    yield made
    await made.close()
