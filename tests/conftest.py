"""Fixtures every test may use; what belongs to one area stands in the `conftest.py` of its folder."""

from __future__ import annotations

import pytest

from cromulent.kernel.clock import FakeClock


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()
