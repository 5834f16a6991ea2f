"""A relay for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.voice.coturn import Coturn, running_coturn


@pytest.fixture(scope="session")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    """One coturn for all tests that do not kill it."""
    with running_coturn(tmp_path_factory.mktemp("coturn")) as relay:
        yield relay
