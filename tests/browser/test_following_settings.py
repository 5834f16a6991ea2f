"""What a user chooses on one device holds on all of them, at once and after the next log-in; devices stay where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

ARRIVED = "document.documentElement.dataset.theme === 'light'"
OLD_CHOICES = """
  if (location.protocol !== 'about:' && !localStorage.getItem('asked')) {
    localStorage.setItem('asked', 'yes');
    localStorage.setItem('cromulent.theme', 'light');
    localStorage.setItem('cromulent.voice', JSON.stringify({ mode: 'voice_activity', inputDeviceId: 'headset' }));
  }
"""


@pytest.fixture
def on_a_device(browser: Browser, server: ServerProcess) -> Iterator[Callable[..., Person]]:
    """Ann, logged in on a device of her own; `before` runs on each page first."""
    contexts: list[BrowserContext] = []

    def make(before: str = "") -> Person:
        context = open_context(browser, permissions=["microphone"], color_scheme="dark")
        contexts.append(context)
        if before:
            context.add_init_script(before)
        return Person(context, server.url, "ann").log_in()

    yield make
    for context in contexts:
        context.close()


def open_settings(person: Person) -> None:
    """By the user menu."""
    person.page.get_by_role("button", name="ann", exact=True).click()
    person.page.get_by_role("menuitem", name="Settings").click()
    expect(person.page.get_by_role("heading", name="Voice and devices")).to_be_visible()


def test_a_choice_is_seen_on_every_device_at_once_and_on_a_new_one(on_a_device: Callable[..., Person]) -> None:
    desk, couch = on_a_device(), on_a_device()
    couch.join_voice().expect_bar("connected", "Lounge")
    expect(couch.bar_button("Push to Talk")).to_be_visible()
    open_settings(desk)
    desk.page.get_by_text("Light", exact=True).click()
    desk.page.get_by_text("Voice Activity", exact=True).click()
    desk.wait_for(ARRIVED)
    couch.wait_for(ARRIVED)
    expect(couch.bar_button("Voice Activity")).to_be_visible()
    couch.expect_bar("connected", "Lounge")
    bed = on_a_device()
    bed.wait_for(ARRIVED)
    open_settings(bed)
    expect(bed.page.get_by_role("radio", name="Voice Activity")).to_be_checked()


def test_what_was_chosen_offline_arrives_when_the_connection_is_back(on_a_device: Callable[..., Person]) -> None:
    desk, couch = on_a_device(), on_a_device()
    open_settings(desk)
    desk.context.set_offline(True)
    desk.page.get_by_text("Light", exact=True).click()
    desk.wait_for(ARRIVED)
    assert not couch.page.evaluate(ARRIVED)
    desk.context.set_offline(False)
    couch.wait_for(ARRIVED, seconds=30)


def test_what_an_earlier_version_kept_in_the_browser_is_taken_along(on_a_device: Callable[..., Person]) -> None:
    couch = on_a_device()
    desk = on_a_device(OLD_CHOICES)
    couch.wait_for(ARRIVED)
    open_settings(couch)
    expect(couch.page.get_by_role("radio", name="Voice Activity")).to_be_checked()
    assert desk.page.evaluate("localStorage.getItem('cromulent.voice')") == '{"inputDeviceId":"headset"}'
    assert couch.page.evaluate("localStorage.getItem('cromulent.voice')") is None
