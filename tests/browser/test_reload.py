"""A page that is loaded anew, or closed, leaves nobody behind, and its owner is not locked out by what it was."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_voice import NO_LIVE_TRACK, People, in_a_call

AT_ONCE_MS = 3_000
"""Well below the eight seconds after which a silent socket would show."""


def test_a_reload_leaves_no_ghost_and_offers_the_way_back(people: People) -> None:
    ann, ben = in_a_call(people)
    before = ben.participants().filter(has_text="ann").get_attribute("data-participant-id")
    ann.page.reload()
    expect(ben.participants()).to_have_count(1, timeout=AT_ONCE_MS)
    ann.expect_bar("disconnected", "Disconnected")
    expect(ann.bar.locator("[data-reason]")).to_have_attribute("data-reason", "page_reloaded")
    ann.wait_for(NO_LIVE_TRACK)
    assert ann.observed("captured") == 0
    ann.bar_button("Rejoin").click()
    for person in (ann, ben):
        expect(person.participants()).to_have_count(2)
        person.expect_bar("connected", "Lounge")
    assert ben.participants().filter(has_text="ann").get_attribute("data-participant-id") != before
    with ann.talking():
        assert ben.hears()


def test_the_offer_follows_the_call_to_another_tab_and_back(people: People) -> None:
    ann = in_a_call(people)[0]
    reason = ann.bar.locator("[data-reason]")
    ann.page.reload()
    expect(reason).to_have_attribute("data-reason", "page_reloaded")
    other = ann.another_tab().join_voice()
    other.expect_bar("connected", "Lounge")
    expect(reason).to_have_attribute("data-reason", "already_in_channel")
    expect(ann.bar).to_contain_text("You are already in Lounge in another tab.")
    expect(ann.bar_button("Rejoin")).to_have_count(0)
    other.bar_button("Disconnect").click()
    expect(reason).to_have_attribute("data-reason", "page_reloaded")
    expect(ann.bar_button("Move here")).to_have_count(0)
    other.join_voice()
    ann.bar_button("Move here").click()
    ann.expect_bar("connected", "Lounge")
    other.expect_bar("disconnected")


def test_a_closed_tab_is_gone_at_once_and_another_gets_in(people: People) -> None:
    ann, ben = in_a_call(people)
    again = ann.another_tab()
    ann.page.close(run_before_unload=True)
    expect(ben.participants()).to_have_count(1, timeout=AT_ONCE_MS)
    again.join_voice()
    again.expect_bar("connected", "Lounge")
    expect(ben.participants()).to_have_count(2)
