"""The page on a telephone, and the way back: one column, the list of channels as its home, the call that stays in sight, Escape."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

TELEPHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture
def ann(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody at a page of 390 pixels, who has just logged in."""
    context = open_context(browser, permissions=["microphone"], viewport=TELEPHONE)
    yield Person(context, server.url, "ann").log_in()
    context.close()


def channel_list(person: Person) -> Locator:
    """The links to the text channels."""
    return person.page.get_by_role("navigation", name="Text channels")


def open_channel(person: Person, name: str = "general") -> None:
    """Pick a channel in the list."""
    channel_list(person).get_by_role("link", name=name).click()
    expect(person.page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def back_button(person: Person) -> Locator:
    """The page's own way to the list."""
    return person.page.get_by_role("button", name="Back to channels")


def expect_list(person: Person) -> None:
    """The list is the one column there is, at the address of home."""
    expect(person.page).to_have_url(f"{person.url}/")
    expect(channel_list(person)).to_be_visible()
    expect(person.composer).to_have_count(0)
    whole = "document.querySelector('.sidebar').getBoundingClientRect().width === innerWidth"
    person.wait_for(whole)


def expect_channel(person: Person) -> None:
    """The channel is the one column there is, at its address."""
    expect(person.page).to_have_url(re.compile("/channels/"))
    expect(person.composer).to_be_visible()
    expect(channel_list(person)).to_be_hidden()


def expect_lamp(person: Person) -> None:
    """The lamp of the microphone, with its key."""
    lamp = person.bar_button("Push to Talk")
    expect(lamp).to_be_in_viewport(ratio=1)
    expect(lamp.get_by_text("Space", exact=True)).to_be_visible()


def test_a_channel_is_opened_from_the_list_and_leads_back_to_it(ann: Person) -> None:
    expect_list(ann)
    entries = ann.page.evaluate("history.length")
    for _ in range(3):
        open_channel(ann)
        expect_channel(ann)
        back_button(ann).click()
        expect_list(ann)
        expect(channel_list(ann).get_by_role("link", name="general")).to_be_focused()
    assert ann.page.evaluate("history.length") == entries + 1
    ann.page.go_forward()
    expect_channel(ann)
    ann.page.go_back()
    expect_list(ann)


def test_who_comes_by_a_link_finds_the_list_behind_the_back_button(ann: Person) -> None:
    open_channel(ann)
    tab = ann.another_tab()
    tab.page.goto(ann.page.url)
    expect_channel(tab)
    entries = tab.page.evaluate("history.length")
    back_button(tab).click()
    expect_list(tab)
    assert tab.page.evaluate("history.length") == entries
    tab.page.reload()
    expect_list(tab)


def test_a_page_that_grows_wide_shows_list_and_channel(ann: Person) -> None:
    expect_list(ann)
    ann.page.set_viewport_size(DESKTOP)
    expect(ann.composer).to_be_visible()
    expect(channel_list(ann)).to_be_visible()
    expect(back_button(ann)).to_have_count(0)
    ann.page.set_viewport_size(TELEPHONE)
    expect_channel(ann)


def test_the_call_stays_in_sight_in_every_view(ann: Person) -> None:
    ann.join_voice()
    ann.expect_bar("connected")
    expect_list(ann)
    expect_lamp(ann)
    ann.bar_button("Mute").click()
    open_channel(ann)
    expect_lamp(ann)
    ann.bar_button("Unmute").click()
    back_button(ann).click()
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Settings").click()
    expect(ann.page.get_by_role("heading", name="Settings")).to_be_visible()
    expect_lamp(ann)
    ann.bar_button("Mute").click()
    expect(ann.page.get_by_role("region", name="Voice", exact=True)).to_have_count(1)
    ann.page.set_viewport_size(DESKTOP)
    expect(ann.bar_button("Unmute")).to_be_in_viewport()
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Administration").click()
    for size in (DESKTOP, TELEPHONE):
        ann.page.set_viewport_size(size)
        expect(ann.page.get_by_role("heading", name="Administration")).to_be_visible()
        expect_lamp(ann)


def test_who_loses_the_channel_they_read_is_at_the_list_and_told_so(ann: Person) -> None:
    page = ann.page
    page.get_by_role("button", name="Create channel").click()
    page.get_by_role("textbox", name="Channel name").fill("den")
    page.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", name="den", exact=True)).to_be_visible()
    tab = ann.another_tab()
    open_channel(tab, "den")
    page.get_by_role("banner").get_by_role("button", name="Channel options").click()
    dialog = page.get_by_role("dialog", name="Options of den")
    dialog.get_by_role("button", name="Delete channel").click()
    dialog.get_by_role("button", name="Delete for good").click()
    for person in (ann, tab):
        expect_list(person)
        expect(person.page.get_by_text("#den was deleted.")).to_be_visible()


def test_the_members_are_a_drawer_that_is_closed_at_first(ann: Person) -> None:
    open_channel(ann)
    members = ann.page.get_by_role("complementary", name="Members")
    expect(members).to_be_hidden()
    opener = ann.page.get_by_role("button", name="Show members")
    opener.click()
    expect(members.get_by_role("button", name="Profile of ann")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(members).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    ann.page.mouse.click(40, 400)
    expect(members).to_be_hidden()


def test_the_way_back_closes_the_members_first(ann: Person) -> None:
    open_channel(ann)
    members = ann.page.get_by_role("complementary", name="Members")
    opener = ann.page.get_by_role("button", name="Show members")
    opener.click()
    expect(members).to_be_visible()
    ann.page.go_back()
    expect(members).to_be_hidden()
    expect_channel(ann)
    for _ in range(2):  # closed otherwise, it leaves nothing behind to go back to
        opener.click()
        ann.page.keyboard.press("Escape")
        expect(members).to_be_hidden()
    ann.page.wait_for_function("() => !history.state?.covered")
    ann.page.go_back()
    expect_list(ann)
    open_channel(ann)
    opener.click()
    back_button(ann).click()
    expect_list(ann)


def test_escape_steps_back_one_level_at_a_time(ann: Person) -> None:
    open_channel(ann)
    back_button(ann).click()
    ann.page.get_by_role("button", name="ann", exact=True).click()
    settings = ann.page.get_by_role("menuitem", name="Settings")
    expect(settings).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    ann.page.get_by_role("button", name="ann", exact=True).click()
    settings.click()
    heading = ann.page.get_by_role("heading", name="Settings")
    expect(heading).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(heading).to_be_hidden()
    expect_list(ann)
