"""The page on a telephone, and the way back by keyboard: drawers, the call that stays in sight, Escape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

TELEPHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def ann(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody at a page of 390 pixels."""
    context = browser.new_context(permissions=["microphone"])
    person = Person(context, server.url, "ann").log_in()
    person.page.set_viewport_size(TELEPHONE)
    yield person
    context.close()


def channel_list(person: Person) -> Locator:
    """The sidebar as a drawer."""
    return person.page.get_by_role("navigation", name="Text channels")


def test_the_call_stays_in_sight_with_the_channel_list_open_and_closed(ann: Person) -> None:
    opener = ann.page.get_by_role("button", name="Open channel list")
    opener.click()
    ann.join_voice()
    ann.expect_bar("connected")
    ann.bar_button("Mute").click()
    ann.bar_button("Unmute").click()
    expect(channel_list(ann)).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(channel_list(ann)).to_be_hidden()
    ann.bar_button("Mute").click()
    expect(ann.page.get_by_role("region", name="Voice", exact=True)).to_have_count(1)
    ann.page.set_viewport_size({"width": 1280, "height": 800})
    expect(ann.bar_button("Unmute")).to_be_in_viewport()


def test_the_channel_list_takes_the_focus_keeps_it_and_gives_it_back(ann: Person) -> None:
    opener = ann.page.get_by_role("button", name="Open channel list")
    opener.focus()
    ann.page.keyboard.press("Enter")
    ann.wait_for("document.querySelector('.sidebar').contains(document.activeElement)")
    for _ in range(12):
        ann.page.keyboard.press("Tab")
        covered = "document.querySelector('main').contains(document.activeElement)"
        assert not ann.page.evaluate(f"() => {covered}")
    ann.page.keyboard.press("Escape")
    expect(channel_list(ann)).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    ann.page.mouse.click(370, 400)
    expect(channel_list(ann)).to_be_hidden()


def test_the_members_are_a_drawer_that_is_closed_at_first(ann: Person) -> None:
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


def test_escape_steps_back_one_level_at_a_time(ann: Person) -> None:
    expect(ann.composer).to_be_visible()
    channel = ann.page.url
    ann.page.get_by_role("button", name="Open channel list").click()
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Settings").click()
    heading = ann.page.get_by_role("heading", name="Settings")
    expect(heading).to_be_visible()
    ann.page.get_by_role("button", name="Open channel list").click()
    ann.page.keyboard.press("Escape")
    expect(channel_list(ann)).to_be_hidden()
    expect(heading).to_be_visible()
    ann.page.keyboard.press("Escape")
    expect(heading).to_be_hidden()
    assert ann.page.url == channel
