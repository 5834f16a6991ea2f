"""The page under a finger, 360 pixels wide: what is to be hit is large enough, nothing goes sideways, the keyboard covers nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

SMALL_TARGETS = """() => [...document.querySelectorAll(
  'a[href], button, input, select, textarea, summary, [role=menuitem]')]
  .filter((one) => !one.closest('[inert], .prose, .author') && one.tabIndex >= 0)
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .map((one) => {
    const box = (one.labels?.[0]?.contains(one) ? one.labels[0] : one).getBoundingClientRect();
    const around = getComputedStyle(one, '::before'); // may reach further than what is drawn
    const [width, height] = ['width', 'height'].map((side) => Math.max(box[side], parseFloat(around[side]) || 0));
    return { one, width, height };
  })
  .filter(({ width, height }) => width > 1 && (width < 43.9 || height < 43.9))
  .map(({ one, width, height }) => `${width} x ${height}: ${one.outerHTML.slice(0, 160)}`)"""
SIDEWAYS = """() => [...document.querySelectorAll('*')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1)
  .filter((one) => one === document.documentElement || /auto|scroll/.test(getComputedStyle(one).overflowX))
  .filter((one) => !one.closest('.prose pre, .prose table'))
  .map((one) => `${one.scrollWidth} in ${one.clientWidth}: ${one.outerHTML.slice(0, 160)}`)"""
LONG = "donaudampfschifffahrtsgesellschaft" * 6


@pytest.fixture
def ann(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody at a small telephone."""
    context = browser.new_context(
        permissions=["microphone"],
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    person = Person(context, server.url, "ann").log_in()
    person.page.set_viewport_size({"width": 360, "height": 740})
    yield person
    context.close()


def expect_room_for_fingers(page: Page) -> None:
    """Every button is 44 pixels wide and high, and nothing scrolls sideways but code and tables in themselves."""
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(SIDEWAYS) == []


def test_every_view_has_room_for_fingers(ann: Person) -> None:
    page = ann.page
    for text in (LONG, f"```\n{LONG}\n```", "| a | b |\n|--|--|\n" + f"| {LONG} | {LONG} |", "short"):
        ann.say(text)
    expect(ann.messages).to_have_count(4)
    ann.messages.last.tap()
    expect_room_for_fingers(page)
    page.get_by_role("button", name="Show members").tap()
    expect(page.get_by_role("complementary", name="Members")).to_be_visible()
    expect_room_for_fingers(page)
    page.keyboard.press("Escape")
    page.get_by_role("banner").get_by_role("button", name="Channel options").tap()
    expect(page.get_by_role("dialog", name="Options of general")).to_be_visible()
    expect_room_for_fingers(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open channel list").tap()
    expect(page.get_by_role("navigation", name="Text channels")).to_be_visible()
    ann.join_voice().expect_bar("connected")
    ann.bar_button("Connection details").tap()
    page.get_by_role("button", name="ann", exact=True).tap()
    expect(page.get_by_role("menuitem", name="Settings")).to_be_visible()
    expect_room_for_fingers(page)
    page.get_by_role("menuitem", name="Settings").tap()
    expect(page.get_by_role("heading", name="Voice and devices")).to_be_visible()
    expect_room_for_fingers(page)


@pytest.mark.parametrize("tab", ["/admin", "/admin/invites", "/admin/settings", "/admin/audit"])
def test_administration_has_room_for_fingers(ann: Person, tab: str) -> None:
    ann.page.goto(ann.url + tab)
    expect(ann.page.get_by_role("navigation", name="Administration")).to_be_visible()
    expect(ann.page.get_by_role("main").get_by_role("heading").nth(1)).to_be_visible()
    expect_room_for_fingers(ann.page)


def test_the_keyboard_covers_neither_the_composer_nor_the_last_message(ann: Person) -> None:
    for text in ("one\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix\n\nseven\n\neight", "the last one"):
        ann.say(text)
    expect(ann.messages.last).to_be_in_viewport(ratio=1)
    ann.composer.tap()
    # What `interactive-widget=resizes-content` makes of a keyboard: the page is as high as what is left.
    assert "resizes-content" in str(ann.page.locator("meta[name=viewport]").get_attribute("content"))
    ann.page.set_viewport_size({"width": 360, "height": 380})
    expect(ann.composer).to_be_in_viewport(ratio=1)
    expect(ann.messages.last).to_be_in_viewport(ratio=1)
    expect(ann.page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
