"""Fixtures every test may use; what belongs to one area stands in the `conftest.py` of its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cromulent.kernel.clock import FakeClock

pytest_plugins = ["tests.browser.fixtures", "tests.store.databases"]

HERE = Path(__file__).parent
MARKED_FOLDERS = ("browser", "lab", "voice")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than Python by its folder, so that one can leave it out, and put browsers last.

    The quick tests have spoken by then, and Playwright keeps an event loop where others start theirs.
    """
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)
    items.sort(key=lambda item: "playwright" in getattr(item, "fixturenames", ()))


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()
