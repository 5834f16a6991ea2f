"""Fixtures every test may use; what belongs to one area stands in the `conftest.py` of its folder."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from cromulent.accounts import passwords
from cromulent.kernel.clock import FakeClock
from tests.lab.network import move_into_own_network

pytest_plugins = ["tests.browser.fixtures", "tests.store.databases"]

HERE = Path(__file__).parent
MARKED_FOLDERS = ("browser", "lab", "voice")


def pytest_configure(config: pytest.Config) -> None:
    """Of several processes each gets a network, where it may: the ports and cables of one are none of the others' business."""
    if hasattr(config, "workerinput") and os.geteuid() == 0:
        move_into_own_network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than Python by its folder, and every test with a browser, so that one can leave it out.

    Browsers come last: the quick tests have spoken by then, and Playwright keeps an event loop where others start theirs. Among
    them the benchmarks are first: they are long, and in one file.
    """
    for item in items:
        folder = item.path.relative_to(HERE).parts[0]
        if folder in MARKED_FOLDERS:
            item.add_marker(folder)
        if "playwright" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[bool, bool]:
    return item.get_closest_marker("browser") is not None, item.path.relative_to(HERE).parts[0] in MARKED_FOLDERS


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process a password is hashed in a hundredth of the time, which else is most of what the tests of accounts take."""
    if request.node.get_closest_marker("costly_passwords") is None:
        monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
        monkeypatch.setattr(passwords, "PASSES", 1)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until the test moves it."""
    return FakeClock()


def pytest_collection_finish() -> None:
    """What has been loaded until now stays for good: not to be looked through again and again saves a twelfth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
