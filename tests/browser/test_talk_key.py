"""The key that talks: recorded by pressing it, held or latched, while writing, let go with its tail, and in need of the focus."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.test_voice import People, in_a_call

OPEN = "window.__observed.speakingTo() === 1"
SHUT = "window.__observed.speakingTo() === 0"
NOTE_LETTING_GO = """
  addEventListener('keyup', () => { window.__letGo = { at: performance.now(), open: window.__observed.speakingTo() }; });
"""


def open_settings(person: Person) -> None:
    """By the user menu."""
    person.page.get_by_role("button", name=person.user_name, exact=True).click()
    person.page.get_by_role("menuitem", name="Settings").click()
    expect(recorder(person)).to_be_visible()


def close_settings(person: Person) -> None:
    """By Escape, back to the channel."""
    person.page.keyboard.press("Escape")
    expect(person.composer).to_be_visible()


def recorder(person: Person) -> Locator:
    """The button that waits for a key."""
    return person.page.get_by_role("button", name="Push-to-talk key")


def answer(person: Person) -> Locator:
    """What the settings say of the key that was pressed."""
    return person.page.get_by_role("group", name="Push-to-talk key").get_by_role("status")


def talk_by(person: Person, key: str, shown: str) -> None:
    """Record a key in the settings, and go back."""
    open_settings(person)
    recorder(person).click()
    expect(recorder(person)).to_contain_text("Press a key")
    person.page.keyboard.press(key)
    expect(answer(person)).to_have_text(f"{shown} talks now.")
    expect(recorder(person)).to_contain_text(shown)
    close_settings(person)
    expect(person.bar.get_by_text(shown, exact=True)).to_be_visible()


def expect_pressed(person: Person, pressed: bool) -> None:
    """Whether the bar says that one talks."""
    expect(person.bar_button("Push to Talk")).to_have_attribute("aria-pressed", str(pressed).lower())


class Mouse:
    """The buttons of a mouse that Playwright has no names for."""

    def __init__(self, person: Person, x: int, y: int) -> None:
        self._session = person.context.new_cdp_session(person.page)
        self._at = {"x": x, "y": y, "clickCount": 1}

    def _dispatch(self, kind: str, button: str, buttons: int) -> None:
        event: dict[str, Any] = {**self._at, "type": kind, "button": button, "buttons": buttons}
        self._session.send("Input.dispatchMouseEvent", event)

    def down(self, button: Literal["left", "back"], held: int) -> None:
        """`held` are all buttons that are down now, as the browser counts them."""
        self._dispatch("mousePressed", button, held)

    def up(self, button: Literal["left", "back"], held: int) -> None:
        """`held` are those that are still down."""
        self._dispatch("mouseReleased", button, held)


def test_latched_the_sound_goes_on_until_the_next_press(people: People) -> None:
    ann, ben = in_a_call(people)
    open_settings(ann)
    ann.page.get_by_role("switch", name="Press once to talk, once more to stop").click()
    close_settings(ann)
    ann.page.get_by_role("region", name="Messages in general").click()
    ann.page.keyboard.press("Space")
    expect_pressed(ann, True)
    assert ben.still_hears()
    ann.page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert ben.still_hears()
    expect_pressed(ann, True)
    ann.page.keyboard.press("Space")
    expect_pressed(ann, False)
    assert ben.hears_nothing()
    ann.page.keyboard.press("Space")
    ann.bar_button("Mute").click()
    ann.bar_button("Unmute").click()
    expect_pressed(ann, False)
    assert ben.hears_nothing()


@pytest.mark.parametrize(("key", "shown"), [("F8", "F8"), ("ControlLeft", "Control Left")])
def test_a_key_that_writes_nothing_talks_while_writing(people: People, key: str, shown: str) -> None:
    ann, ben = in_a_call(people)
    talk_by(ann, key, shown)
    ann.composer.click()
    ann.page.keyboard.type("half a ")
    ann.page.keyboard.down(key)
    expect_pressed(ann, True)
    assert ben.hears()
    ann.page.keyboard.up(key)
    expect_pressed(ann, False)
    assert ben.hears_nothing()
    ann.page.keyboard.type("sentence")
    expect(ann.composer).to_have_value("half a sentence")
    expect_pressed(ann, False)


def test_the_recorder_says_what_cannot_talk_and_why(people: People) -> None:
    ann = people(1)[0]
    open_settings(ann)
    recorder(ann).focus()
    ann.page.keyboard.press("Enter")
    for key, said in (
        ("Tab", "Tab goes from one control to the next, so it cannot talk."),
        ("Control+k", "One key talks, not several together. Press it alone."),
    ):
        ann.page.keyboard.press(key)
        expect(answer(ann)).to_have_text(said)
        expect(recorder(ann)).to_be_focused()
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    recorder(ann).click()
    expect(answer(ann)).to_have_text("The left button clicks, so it cannot talk.")
    expect(recorder(ann)).to_contain_text("Press a key")
    ann.page.keyboard.press("Escape")
    expect(answer(ann)).to_have_text("The key stays as it was.")
    expect(recorder(ann)).to_contain_text("Space")
    recorder(ann).press("Space")
    expect(recorder(ann)).to_contain_text("Press a key")
    ann.page.keyboard.press("Space")
    expect(answer(ann)).to_have_text("Space talks now.")
    expect(recorder(ann)).not_to_contain_text("Press a key")


def test_a_side_button_is_recorded_and_talks_and_turns_no_page_back(people: People) -> None:
    ann, ben = in_a_call(people)
    open_settings(ann)
    recorder(ann).click()
    mouse = Mouse(ann, 700, 300)
    mouse.down("back", 8)
    mouse.up("back", 0)
    expect(answer(ann)).to_have_text("Mouse button 4 talks now.")
    close_settings(ann)
    address = ann.page.url
    mouse.down("back", 8)
    expect_pressed(ann, True)
    mouse.down("left", 9)
    assert ben.hears()
    mouse.up("back", 1)
    expect_pressed(ann, False)
    mouse.up("left", 0)
    assert ben.hears_nothing()
    assert ann.page.url == address


def test_the_microphone_stays_open_for_the_tail_that_was_chosen(people: People) -> None:
    ann = in_a_call(people)[0]
    ann.page.evaluate(NOTE_LETTING_GO)
    for key, said, open_at_first in (("Home", "0 ms", 0), ("End", "1000 ms", 1)):
        open_settings(ann)
        tail = ann.page.get_by_role("slider", name="Goes on after you let go")
        tail.press(key)
        expect(tail).to_have_attribute("aria-valuetext", said)
        close_settings(ann)
        ann.page.get_by_role("region", name="Messages in general").click()
        ann.page.keyboard.down("Space")
        ann.wait_for(OPEN)
        ann.page.keyboard.up("Space")
        ann.wait_for(SHUT)
        assert ann.page.evaluate("window.__letGo.open") == open_at_first
    assert ann.page.evaluate("performance.now() - window.__letGo.at") >= 1000


def test_a_window_without_the_focus_says_that_the_key_needs_it_and_nothing_moves(people: People) -> None:
    ann = in_a_call(people, 1)[0]
    hint = ann.bar.get_by_text("Needs this window's focus")
    expect(hint).to_be_hidden()
    expect(ann.bar_button("Push to Talk")).to_have_attribute("title", "Space talks while this window has the focus")
    before = ann.bar.bounding_box()
    ann.page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(hint).to_be_visible()
    assert ann.bar.bounding_box() == before
    ann.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(hint).to_be_hidden()
