"""Muted stays muted: over a reload and a move to another tab, for who listens and for who only looks."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_talking import newcomer
from tests.browser.test_voice import People

BY_VOICE = json.dumps(json.dumps({"mode": "voice_activity"}))
WATCH_MUTED = """
  (name) => {
    window.__muted = new Set();
    new MutationObserver(() => {
      for (const item of document.querySelectorAll('[data-participant-id]'))
        if (item.getAttribute('aria-label') === name) window.__muted.add(item.dataset.muted);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  }
"""


@pytest.fixture
def speaker(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody whose microphone opens by itself whenever the tone sounds."""
    context, person = newcomer(browser, server, "ben", f"localStorage.setItem('cromulent.voice', {BY_VOICE});")
    yield person
    context.close()


def muted_in_a_call(listener: Person, speaker: Person) -> None:
    """Both in Lounge; the speaker, heard before, is muted; from now on the listener's page notes how the speaker is shown."""
    for person in (listener, speaker):
        person.join_voice()
    for person in (listener, speaker):
        person.expect_bar("connected", "Lounge")
    assert listener.hears()
    speaker.bar_button("Mute").click()
    expect(listener.participants().filter(has_text="ben")).to_have_attribute("data-muted", "true")
    listener.page.evaluate(WATCH_MUTED, "ben")


def expect_still_muted(listener: Person, speaker: Person) -> None:
    """The speaker is in the call, has never been seen unmuted, and is not heard before pressing Unmute."""
    for person in (listener, speaker):
        expect(person.participants()).to_have_count(2)
        person.expect_bar("connected", "Lounge")
    speaker.wait_for("window.__observed.liveTracks() > 0")
    expect(speaker.bar_button("Unmute")).to_be_visible()
    expect(speaker.bar).to_contain_text("You are talking while muted")
    assert listener.hears_nothing()
    assert listener.page.evaluate("[...window.__muted]") == ["true"]
    speaker.bar_button("Unmute").click()
    assert listener.hears()


def test_muted_stays_muted_over_a_reload(people: People, speaker: Person) -> None:
    ann = people(1)[0]
    muted_in_a_call(ann, speaker)
    speaker.page.reload()
    speaker.expect_bar("disconnected")
    speaker.bar_button("Rejoin").click()
    expect_still_muted(ann, speaker)


def test_muted_stays_muted_when_the_call_is_moved_to_another_tab(people: People, speaker: Person) -> None:
    ann = people(1)[0]
    muted_in_a_call(ann, speaker)
    tab = speaker.another_tab()
    tab.join_voice()
    tab.expect_bar("disconnected")
    tab.bar_button("Move here").click()
    expect_still_muted(ann, tab)
    speaker.expect_bar("disconnected")
