"""A day at the keyboard, wide and narrow: from logging in to logging out without a mouse, always with a ring around what has the focus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import PASSWORD, ServerProcess

RING = """() => {
  const one = document.activeElement;
  if (one === document.body) return false;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) return true;
  return one.matches(':focus-visible') && getComputedStyle(one.closest('form') ?? one).boxShadow !== 'none';
}"""
"""Whether whoever looks can see where the focus is; the composer shows it around its whole box."""
STEPS = 60


WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """A page where somebody may log in, and whose mouse is not touched."""
    context = open_context(browser, permissions=["microphone"], reduced_motion="reduce", viewport=request.param)
    person = Person(context, server.url, "ann")
    person.page.goto(f"{server.url}/login")
    expect(person.page.get_by_role("button", name="Log in")).to_be_visible()
    yield person.page
    context.close()


def go_to(page: Page, goal: Locator, key: str = "Tab") -> None:
    """Press a key until the goal has the focus, which can be seen at every step."""
    expect(goal).to_be_visible()
    for _ in range(STEPS):
        if goal.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press(key)
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML")
    expect(goal).to_be_focused()
    assert page.evaluate(RING), f"no ring around {goal}"


def press_on(page: Page, goal: Locator, key: str = "Enter") -> None:
    """Reach something by Tab and press a key on it."""
    go_to(page, goal)
    page.keyboard.press(key)


def log_in(page: Page) -> None:
    """Through the form, as a password manager is not there."""
    go_to(page, page.get_by_role("textbox", name="User name or e-mail"))
    page.keyboard.type("ann")
    go_to(page, page.get_by_role("textbox", name="Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def is_narrow(page: Page) -> bool:
    """Whether list and channel are one column."""
    return page.viewport_size == NARROW


def to_the_list(page: Page) -> None:
    """Where the list is not beside the channel, the way back to it; the focus is then at the channel one was in."""
    if is_narrow(page):
        press_on(page, page.get_by_role("button", name="Back to channels"))
        expect(page.get_by_role("link", name="general")).to_be_focused()
        assert page.evaluate(RING)


def write_and_edit(page: Page) -> None:
    """Two messages into the channel; the last is mended by Up."""
    composer = page.get_by_role("textbox", name="Message #general")
    expect(composer).to_be_focused()
    for text in ("first", "secnd"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").last.get_by_role("button", name="Edit message")).to_be_attached()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edited text")).to_be_focused()
    assert page.evaluate(RING)
    page.keyboard.press("Control+A")
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").last).to_contain_text("second")
    expect(page.get_by_role("article").last).to_contain_text("(edited")
    expect(composer).to_be_focused()


def ask_about_a_message(page: Page) -> None:
    """By arrow keys to the first message, by Tab to its buttons; the question is answered by Escape."""
    go_to(page, page.get_by_role("region", name="Messages in general"), "Shift+Tab")
    for article in (page.get_by_role("article").last, page.get_by_role("article").first):
        page.keyboard.press("ArrowUp")
        expect(article).to_be_focused()
        assert page.evaluate(RING)
    delete = page.get_by_role("article").first.get_by_role("button", name="Delete message")
    press_on(page, delete)
    question = page.get_by_role("dialog", name="Delete this message?")
    expect(question).to_be_visible()
    assert page.evaluate(RING)
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(delete).to_be_focused()
    assert page.evaluate(RING)
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()


def delete_a_message(page: Page) -> None:
    """The last one, and this time the question is answered by yes."""
    go_to(page, page.get_by_role("region", name="Messages in general"), "Shift+Tab")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("article").last).to_be_focused()
    press_on(page, page.get_by_role("article").last.get_by_role("button", name="Delete message"))
    press_on(page, page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_role("article").last).to_contain_text("This message was deleted.")
    expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()


def see_the_members(page: Page) -> None:
    """Narrow, they are a drawer: it takes the focus, and Escape gives it back."""
    if not is_narrow(page):
        return
    opener = page.get_by_role("button", name="Show members")
    go_to(page, opener, "Shift+Tab")
    page.keyboard.press("Enter")
    members = page.get_by_role("complementary", name="Members")
    expect(members.get_by_role("button", name="Profile of ann")).to_be_focused()
    assert page.evaluate(RING)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def open_and_close_a_dialog(page: Page) -> None:
    """Escape closes it, and the focus is where it was."""
    opener = page.get_by_role("button", name="Create channel")
    press_on(page, opener)
    dialog = page.get_by_role("dialog", name="Create channel")
    expect(dialog).to_be_visible()
    go_to(page, dialog.get_by_role("textbox", name="Channel name"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    assert page.evaluate(RING)


def call(page: Page) -> None:
    """Into the voice channel, muted, heard again, and out."""
    press_on(page, page.get_by_role("button", name="Lounge", exact=True))
    bar = page.get_by_role("region", name="Voice", exact=True)
    expect(bar.get_by_role("status")).to_have_attribute("data-state", "connected", timeout=15_000)
    press_on(page, bar.get_by_role("button", name="Mute", exact=True))
    expect(bar.get_by_role("button", name="Unmute", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar.get_by_role("button", name="Mute", exact=True)).to_be_focused()
    press_on(page, bar.get_by_role("button", name="Disconnect", exact=True))
    expect(bar).to_have_count(0)


def choose_from_the_menu(page: Page, item: str) -> None:
    """Open the menu of oneself and walk to an item."""
    press_on(page, page.get_by_role("button", name="ann", exact=True))
    expect(page.get_by_role("menuitem").first).to_be_focused()
    go_to(page, page.get_by_role("menuitem", name=item), "ArrowDown")
    page.keyboard.press("Enter")


def test_a_day_without_a_mouse(page: Page) -> None:
    log_in(page)
    press_on(page, page.get_by_role("navigation", name="Text channels").get_by_role("link", name="general"))
    go_to(page, page.get_by_role("textbox", name="Message #general"))
    write_and_edit(page)
    ask_about_a_message(page)
    delete_a_message(page)
    see_the_members(page)
    to_the_list(page)
    open_and_close_a_dialog(page)
    call(page)
    choose_from_the_menu(page, "Settings")
    theme = page.get_by_role("radio", name="As the system")
    go_to(page, theme)
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Settings")).to_have_count(0)
    choose_from_the_menu(page, "Log out")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    go_to(page, page.get_by_role("textbox", name="User name or e-mail"))
