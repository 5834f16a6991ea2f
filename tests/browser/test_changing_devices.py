"""Another microphone in the midst of a call: chosen, and because the one in use was pulled out. Chromium's fake ones all play the tone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person

ANOTHER = "Fake Audio Input 2"


def open_settings(person: Person) -> None:
    person.page.get_by_role("button", name=person.user_name, exact=True).click()
    person.page.get_by_role("menuitem", name="Settings").click()
    expect(person.page.get_by_role("combobox", name="Microphone")).to_be_visible()


def in_a_call(people: Callable[[int], list[Person]]) -> list[Person]:
    two = people(2)
    for person in two:
        person.join_voice().expect_bar("connected", "Lounge")
    two[0].wait_for("window.__observed.openConnections() === 1")
    return two


def test_a_microphone_chosen_in_a_call_is_heard_at_once_and_nothing_is_negotiated(
    people: Callable[[int], list[Person]],
) -> None:
    ann, ben = in_a_call(people)
    open_settings(ann)
    with ann.talking():
        assert ben.hears()
        before = ann.observed("sentFrom")
        described = ann.observed("described")
        ann.page.get_by_role("combobox", name="Microphone").select_option(label=ANOTHER)
        ann.wait_for(f"window.__observed.sentFrom().join() === '{ANOTHER}'")
        assert before != [ANOTHER]
        assert ben.still_hears()  # the button was held all the while
    assert ben.hears_nothing()
    assert ann.observed("described") == described
    assert ann.observed("liveTracks") == 2  # the microphone, and what listens to it


def test_a_microphone_that_is_pulled_out_is_replaced_and_what_was_held_is_let_go(
    people: Callable[[int], list[Person]],
) -> None:
    ann, ben = in_a_call(people)
    with ann.talking():
        assert ben.hears()
        ann.observed("unplug")
        expect(ann.bar_button("Push to Talk")).to_have_attribute("aria-pressed", "false")
        ann.wait_for("window.__observed.liveTracks() === 2")
        assert ann.observed("speakingTo") == 0
        assert ben.hears_nothing()  # whoever takes over hears another room
    with ann.talking():
        assert ben.hears()
    ann.expect_bar("connected", "Lounge")
