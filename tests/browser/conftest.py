"""What holds for every test with a browser: no page may throw what no script catches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_page_errors(page_errors: list[str]) -> Iterator[None]:
    """Fails the test during which a page threw something. Being first, it looks when every page has been closed."""
    page_errors.clear()
    yield
    assert page_errors == []
