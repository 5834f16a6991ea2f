"""What a page that has nothing yet needs before one can read and write."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from bench.page import MOST_SCRIPT_KILOBYTES
from tests.browser.person import Person

SCRIPTS = """performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])"""
ENGINE_OF_CALLS = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/assets/browser-'))"


def test_the_scripts_are_few_and_the_engine_of_calls_comes_when_somebody_reaches_for_it(
    people: Callable[[int], list[Person]],
) -> None:
    [ann] = people(1)
    ann.page.goto(ann.url)
    expect(ann.composer).to_be_visible()
    ann.page.wait_for_load_state("networkidle")
    sizes = dict(ann.page.evaluate(SCRIPTS))
    assert 20_000 < sum(sizes.values()) <= 1000 * MOST_SCRIPT_KILOBYTES, sizes
    assert not ann.page.evaluate(ENGINE_OF_CALLS)
    ann.page.get_by_role("button", name="Lounge", exact=True).hover()
    ann.wait_for(ENGINE_OF_CALLS)
