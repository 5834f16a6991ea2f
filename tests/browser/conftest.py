"""What holds for every test with a browser: no page may throw what no script catches, and none stays open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser


@pytest.fixture(autouse=True)
def no_page_errors(page_errors: list[str]) -> Iterator[None]:
    """Fails the test during which a page threw something. Being first, it looks when every page has been closed."""
    page_errors.clear()
    yield
    assert page_errors == []


@pytest.fixture(autouse=True)
def no_page_left(no_page_errors: None, browser: Browser) -> Iterator[None]:
    """Closes what the test leaves open in the browser that is shared: a call in it would go on, and slow down all that follows."""
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()
