"""The browsers and servers of `tests/browser`, and a second host to put one of them on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser, data, furnished, launch, people, playwright, tone
from tests.lab.network import SecondHost

__all__ = ["browser", "data", "furnished", "launch", "people", "playwright", "tone"]


@pytest.fixture
def second_host() -> Iterator[SecondHost]:
    """Another machine, for this test."""
    host = SecondHost(1)
    host.start()
    yield host
    host.stop()
