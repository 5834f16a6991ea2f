"""An administrator's mute: who is muted is told, cannot end it, and is played by nobody."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.test_voice import People, in_a_call


def card_of(person: Person, other: str) -> Locator:
    """Ask who somebody in the call is."""
    person.participants().filter(has_text=other).get_by_role("button").click()
    return person.page.get_by_role("dialog", name=other)


def test_who_is_muted_is_told_cannot_end_it_and_is_played_by_nobody(people: People) -> None:
    ann, ben = in_a_call(people)
    card = card_of(ann, "ben")
    expect(card).to_contain_text("Everybody's page keeps them silent")
    card.get_by_role("button", name="Mute in Lounge", exact=True).click()
    expect(ben.bar).to_contain_text("An administrator has muted you.")
    for person in (ann, ben):
        row = person.participants().filter(has_text="ben")
        expect(row.get_by_role("img", name="Muted by an administrator")).to_be_visible()
    with ben.talking():
        assert ann.hears_nothing()
    assert ben.observed("openMicrophones") > 0  # a page that does not obey
    ann.wait_for("window.__observed.sounding() === 0")
    card.get_by_role("button", name="Unmute in Lounge", exact=True).click()
    ann.wait_for("window.__observed.sounding() === 1")
    expect(ben.bar).not_to_contain_text("An administrator has muted you.")
    with ben.talking():
        assert ann.hears()


def test_it_stays_over_a_reload_and_going_out_and_in_again(people: People) -> None:
    ann, ben = in_a_call(people)
    card_of(ann, "ben").get_by_role("button", name="Mute in Lounge", exact=True).click()
    expect(ben.bar).to_contain_text("An administrator has muted you.")
    ann.page.keyboard.press("Escape")
    ben.bar_button("Disconnect").click()
    expect(ann.participants()).to_have_count(1)
    ben.page.reload()
    ben.join_voice()
    ben.expect_bar("connected", "Lounge")
    expect(ben.bar).to_contain_text("An administrator has muted you.")
    with ben.talking():
        assert ann.hears_nothing()
