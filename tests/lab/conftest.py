"""A second host to put a browser on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.network import SecondHost


@pytest.fixture
def second_host() -> Iterator[SecondHost]:
    """Another machine, for this test."""
    host = SecondHost(1)
    host.start()
    yield host
    host.stop()
