"""The page under a finger, 360 pixels wide: what is to be hit is large enough, nothing goes sideways, the keyboard covers nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import PASSWORD, ServerProcess

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
KEYBOARD = """(height) => {
  Object.defineProperty(visualViewport, 'height', { configurable: true, value: height });
  visualViewport.dispatchEvent(new Event('resize'));
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null))));
}"""
LONG = "donaudampfschifffahrtsgesellschaft" * 6


@pytest.fixture
def ann(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody at a small telephone."""
    context = open_context(browser, permissions=["microphone"], has_touch=True, is_mobile=True, reduced_motion="reduce")
    person = Person(context, server.url, "ann").log_in()
    expect(person.composer).to_be_visible()
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
    page.get_by_role("button", name="Back to channels").tap()
    expect(page.get_by_role("navigation", name="Text channels")).to_be_visible()
    expect_room_for_fingers(page)
    ann.join_voice().expect_bar("connected")
    ann.bar_button("Connection details").tap()
    expect(ann.bar_button("Copy diagnostics")).to_be_visible()
    page.get_by_role("button", name="ann", exact=True).tap()
    expect(page.get_by_role("menuitem", name="Settings")).to_be_visible()
    expect_room_for_fingers(page)
    page.get_by_role("menuitem", name="Settings").tap()
    expect(page.get_by_role("heading", name="Voice and devices")).to_be_visible()
    expect_room_for_fingers(page)


@pytest.mark.parametrize("tab", ["/admin", "/admin/invites", "/admin/calls", "/admin/settings", "/admin/audit"])
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


def test_a_keyboard_that_lies_over_the_page_covers_them_neither(ann: Person) -> None:
    """As in Safari, which leaves the page as high as it is, and shows less of it."""
    for text in ("one\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix\n\nseven\n\neight", "the last one"):
        ann.say(text)
    expect(ann.messages.last).to_be_in_viewport(ratio=1)
    ann.page.evaluate(KEYBOARD, 380)
    for what in (ann.composer, ann.messages.last, ann.page.get_by_role("button", name="Send")):
        box = what.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= 380
    ann.page.evaluate(KEYBOARD, 740)
    expect(ann.page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    box = ann.composer.bounding_box()
    assert box is not None
    assert box["y"] > 380


def test_a_day_under_a_finger(browser: Browser, server: ServerProcess) -> None:
    context = open_context(
        browser, permissions=["microphone"], has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    ann = Person(context, server.url, "ann")
    page = ann.page
    page.goto(f"{server.url}/login")
    for name, text in (("User name or e-mail", "ann"), ("Password", PASSWORD)):
        page.get_by_role("textbox", name=name).tap()
        page.keyboard.type(text)
    page.get_by_role("button", name="Log in").tap()
    page.get_by_role("link", name="general").tap()
    write_edit_and_delete(ann)
    page.get_by_role("button", name="Back to channels").tap()
    page.get_by_role("button", name="Lounge", exact=True).tap()
    ann.expect_bar("connected", "Lounge")
    page.get_by_role("link", name="general").tap()
    expect(ann.composer).to_be_visible()
    ann.bar_button("Disconnect").tap()
    expect(ann.bar).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="ann", exact=True).tap()
    page.get_by_role("menuitem", name="Settings").tap()
    expect(page.get_by_role("heading", name="Voice and devices")).to_be_visible()
    page.get_by_role("button", name="Close settings").tap()
    page.get_by_role("button", name="ann", exact=True).tap()
    page.get_by_role("menuitem", name="Log out").tap()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    context.close()


def write_edit_and_delete(ann: Person) -> None:
    """A message, by taps alone: its buttons come when it is touched."""
    page = ann.page
    ann.composer.tap()
    page.keyboard.type("secnd")
    page.get_by_role("button", name="Send").tap()
    message = ann.messages.last
    expect(message).to_contain_text("secnd")
    expect(message.get_by_role("button", name="Edit message", include_hidden=True)).to_be_attached()
    message.tap()
    message.get_by_role("button", name="Edit message").tap()
    editor = page.get_by_role("textbox", name="Edited text")
    editor.fill("second")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(message).to_contain_text("(edited")
    message.tap()
    message.get_by_role("button", name="Delete message").tap()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).tap()
    expect(message).to_contain_text("This message was deleted.")
