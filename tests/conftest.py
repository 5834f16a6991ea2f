"""Fixtures every test may use; what belongs to one area stands in the `conftest.py` of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock

pytest_plugins = ["tests.browser.fixtures"]

HERE = Path(__file__).parent
MARKED_FOLDERS = ("browser", "lab", "voice")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the folders that need more than Python carry the folder's name as their mark, so that one can leave them out."""
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()
