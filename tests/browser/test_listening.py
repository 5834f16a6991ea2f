"""How loud one hears whom: volumes and silence of one's own, measured at what leaves the page, kept, and told to nobody."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import People, in_a_call

LOUD = 0.02
"""The test tone is much louder, whatever the browser makes of it."""
SILENT = 0.0005


def open_person(listener: Person, name: str) -> Locator:
    """Whoever is in the list of the call, by their name there."""
    listener.participants().filter(has_text=name).get_by_role("button").click()
    card = listener.page.get_by_role("dialog", name=name)
    expect(card).to_be_visible()
    return card


def choose(slider: Locator, percent: int) -> None:
    """By keyboard: from one end in steps of five."""
    slider.focus()
    slider.press("End" if percent > 100 else "Home")
    start = 200 if percent > 100 else 0
    for _ in range(abs(percent - start) // 5):
        slider.press("ArrowLeft" if percent > 100 else "ArrowRight")
    expect(slider).to_have_js_property("valueAsNumber", percent)


def test_somebody_is_heard_as_loud_as_one_chose(people: People) -> None:
    ann, ben = in_a_call(people)
    slider = open_person(ann, "ben").get_by_role("slider", name="Volume of ben")
    with ben.talking():
        assert ann.hears()
        ann.observed("outputLevel")  # until gain and noise suppression have settled
        full = ann.observed("outputLevel")
        levels = {}
        for percent in (50, 0, 200):
            choose(slider, percent)
            levels[percent] = ann.observed("outputLevel") / full
    print("at 50, 0 and 200 %:", levels, "of", full)
    assert full > LOUD
    assert 0.35 < levels[50] < 0.65
    assert levels[0] == 0
    assert 1.5 < levels[200] < 2.5


def test_a_boosted_person_is_deafened_comes_late_and_is_silenced_as_any_other(people: People) -> None:
    ann, ben = in_a_call(people)
    choose(open_person(ann, "ben").get_by_role("slider"), 200)
    ann.page.keyboard.press("Escape")
    ben.bar_button("Disconnect").click()
    expect(ann.participants()).to_have_count(1)
    ben.join_voice().expect_bar("connected", "Lounge")
    with ben.talking():
        expect(ann.participants().filter(has_text="ben")).to_have_attribute("data-speaking", "true")
        assert ann.observed("outputLevel") > LOUD
        ann.bar_button("Deafen").click()
        ann.wait_for("window.__observed.sounding() === 0")
        assert ann.observed("outputLevel") < SILENT
        ann.bar_button("Undeafen").click()
        ann.wait_for("window.__observed.sounding() === 1")
        assert ann.observed("outputLevel") > LOUD


def test_muted_for_me_is_for_me_alone_and_is_kept(people: People, browser: Browser, server: ServerProcess) -> None:
    ann, ben, cleo = in_a_call(people, 3)
    mute = open_person(ann, "ben").get_by_role("switch", name="Mute for me")
    mute.focus()
    mute.press("Space")
    expect(mute).to_be_checked()
    seen = ann.participants().filter(has_text="ben")
    expect(seen.get_by_role("img", name="Muted for me")).to_be_visible()
    expect(seen).to_have_attribute("data-muted", "false")
    expect(cleo.participants().filter(has_text="ben").get_by_role("img", name="Muted for me")).to_have_count(0)
    with ben.talking():
        assert cleo.hears()
        assert ann.observed("outputLevel") < SILENT
        assert cleo.observed("outputLevel") > LOUD
        expect(seen).to_have_attribute("data-speaking", "true")
    ann.page.reload()
    ann.bar_button("Rejoin").click()
    ann.expect_bar("connected", "Lounge")
    expect(seen.get_by_role("img", name="Muted for me")).to_be_visible()
    card = open_person(ann, "ben")
    expect(card.get_by_role("switch", name="Mute for me")).to_be_checked()
    card.get_by_role("switch", name="Mute for me").click()
    ann.wait_for("window.__observed.sounding() === 2")
    expect(seen.get_by_role("img", name="Muted for me")).to_have_count(0)


def test_nobody_has_a_volume_for_oneself_or_for_who_is_in_no_call(people: People) -> None:
    ann, ben = people(2)
    ann.join_voice().expect_bar("connected", "Lounge")
    expect(open_person(ann, "ann").get_by_role("slider")).to_have_count(0)
    ann.page.keyboard.press("Escape")
    expect(open_person(ben, "ann").get_by_role("slider", name="Volume of ann")).to_be_visible()
    ann.bar_button("Disconnect").click()
    expect(ben.page.get_by_role("dialog", name="ann").get_by_role("slider")).to_have_count(0)
