"""What one hears and sees of others: volumes measured at what leaves the page, who speaks, how well, and the short sounds."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, expect

from tests.browser.axe import bring_axe, violations_in
from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import People, in_a_call

LOUD = 0.02
"""The test tone is much louder, whatever the browser makes of it."""
SILENT = 0.0005
JOINED, LEFT, MUTED, UNMUTED = [523, 784], [784, 523], [659, 440], [440, 659]
LOST = [392, 330, 262]
WATCH_SCREEN = """
  window.__screens = [];
  WakeLock.prototype.request = async () => {
    const screen = { released: false, release: async () => { screen.released = true; } };
    window.__screens.push(screen);
    return screen;
  };
"""
"""Asking for the screen where there is none to be had."""
BURST_MS = 500
"""Comings and goings so close together are one."""


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


def names(listener: Person) -> list[str]:
    """Who stands where in the list of the call."""
    return [name or "" for name in listener.participants().evaluate_all("all => all.map((one) => one.ariaLabel)")]


def test_whoever_speaks_rises_in_the_list_unless_somebody_is_at_it(people: People) -> None:
    ann, ben, cleo = in_a_call(people, 3)
    before = names(ann)
    last = {"ben": ben, "cleo": cleo}.get(before[-1], ben)
    ann.participants().first.get_by_role("button").focus()
    with last.talking():
        expect(ann.participants().filter(has_text=last.user_name)).to_have_attribute("data-speaking", "true")
        assert ann.heard_energy() > LOUD**2
        assert names(ann) == before
        ann.composer.focus()
        expect(ann.participants().first).to_have_attribute("aria-label", last.user_name)
    assert names(ann) == [last.user_name, *(name for name in before if name != last.user_name)]
    expect(cleo.participants()).to_have_count(3)


def test_the_title_names_who_speaks_and_so_does_the_bar_of_a_phone(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.page.set_viewport_size({"width": 390, "height": 844})
    expect(ann.page).to_have_title(re.compile("^#general"))
    line = ann.bar.get_by_text("ben speaking")
    with ben.talking():
        expect(ann.page).to_have_title(re.compile("^🔊 ben · #general"))
        expect(line).to_be_visible()
    expect(ann.page).to_have_title(re.compile("^#general"))
    expect(line).to_have_count(0)
    ann.page.set_viewport_size({"width": 1280, "height": 800})
    with ben.talking():
        expect(ann.participants().filter(has_text="ben")).to_have_attribute("data-speaking", "true")
        expect(line).to_have_count(0)


def test_bars_say_how_well_a_peer_can_be_heard(people: People) -> None:
    ann, _ = in_a_call(people)
    ben = ann.participants().filter(has_text="ben")
    expect(ben.get_by_role("img", name=re.compile("^Sound quality: (very )?good"))).to_be_visible()
    expect(ann.participants().filter(has_text="ann").get_by_role("img", name="Sound quality")).to_have_count(0)
    ann.bar_button("Connection details").click()
    expect(ann.bar.get_by_text(re.compile("^Sound quality: (very )?good"))).to_be_visible()


def played(listener: Person, notes: list[int]) -> None:
    """Wait until these notes have been struck, audibly, and no others."""
    listener.wait_for(
        f"(window.__struck = [...(window.__struck ?? []), ...window.__observed.notes()]).length >= {len(notes)}"
    )
    struck = listener.page.evaluate("window.__struck.splice(0)")
    assert [note["hertz"] for note in struck] == notes
    assert {note["state"] for note in struck} == {"running"}


def test_a_call_makes_short_sounds_for_what_others_and_oneself_do(people: People) -> None:
    ann, ben, cleo = people(3)
    ann.join_voice().expect_bar("connected", "Lounge")
    ann.observed("notes")
    ben.join_voice().expect_bar("connected", "Lounge")
    played(ann, JOINED)
    ann.bar_button("Mute").click()
    played(ann, MUTED)
    ann.bar_button("Unmute").click()
    played(ann, UNMUTED)
    ben.bar_button("Disconnect").click()
    played(ann, LEFT)
    assert ben.observed("notes") == []
    ann.bar_button("Deafen").click()
    played(ann, MUTED)
    cleo.join_voice().expect_bar("connected", "Lounge")
    expect(ann.participants()).to_have_count(2)
    cleo.page.evaluate("window.__observed.notes()")
    ann.participants().filter(has_text="cleo").get_by_role("button").click()
    ann.page.get_by_role("button", name="Disconnect from Lounge").click()
    cleo.expect_bar("disconnected")
    played(cleo, LOST)
    expect(ann.participants()).to_have_count(1)
    assert ann.observed("notes") == []


def test_each_sound_can_be_heard_in_the_settings_and_switched_off(people: People) -> None:
    ann, ben = people(2)
    ann.join_voice().expect_bar("connected", "Lounge")
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Settings").click()
    sounds = ann.page.get_by_role("region", name="Sounds")
    ann.observed("notes")
    for sound, notes in (("The call is lost", LOST), ("Somebody comes into the call", JOINED)):
        sounds.get_by_role("button", name=f"Play: {sound}").click()
        played(ann, notes)
    switch = sounds.get_by_role("switch", name="Somebody comes into the call")
    switch.focus()
    switch.press("Space")
    expect(switch).not_to_be_checked()
    ben.join_voice().expect_bar("connected", "Lounge")
    expect(ann.participants()).to_have_count(2)
    seen_at = ann.page.evaluate("performance.now()")
    ann.wait_for(f"performance.now() > {seen_at} + {2 * BURST_MS}")  # who goes at once after coming makes no sound
    ben.bar_button("Disconnect").click()
    played(ann, LEFT)


def test_the_volume_of_calls_is_that_of_everybody(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Settings").click()
    slider = ann.page.get_by_role("slider", name="Volume of calls")
    slider.focus()
    slider.press("Home")
    with ben.talking():
        expect(ann.participants().filter(has_text="ben")).to_have_attribute("data-speaking", "true")
        assert ann.observed("outputLevel") < SILENT
        slider.press("End")
        assert ann.observed("outputLevel") > LOUD


def test_the_screen_of_a_phone_stays_on_during_a_call(browser: Browser, server: ServerProcess) -> None:
    for touch, kept in ((True, [False]), (False, [])):
        context = open_context(
            browser,
            permissions=["microphone"],
            viewport={"width": 390, "height": 844},
            has_touch=touch,
            is_mobile=touch,
        )
        context.add_init_script(f"if (location.protocol !== 'about:') {{ {WATCH_SCREEN} }}")
        ann = Person(context, server.url, "ann").log_in()
        ann.join_voice().expect_bar("connected", "Lounge")
        assert ann.page.evaluate("window.__screens.map(({ released }) => released)") == kept
        ann.bar_button("Disconnect").click()
        ann.wait_for("window.__screens.every(({ released }) => released)")
        context.close()


def test_card_bars_and_marks_keep_nobody_out(people: People) -> None:
    ann, ben = people(2)
    bring_axe(ann.context)
    ann.page.reload()
    for person in (ann, ben):
        person.join_voice()
    ann.expect_bar("connected", "Lounge")
    open_person(ann, "ben").get_by_role("switch", name="Mute for me").click()
    entry = ann.participants().filter(has_text="ben")
    expect(entry.get_by_role("img", name=re.compile("^Sound quality"))).to_be_visible()
    for scheme in ("dark", "light"):
        ann.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations_in(ann.page) == []
    ann.page.keyboard.press("Escape")
    expect(entry.get_by_role("button")).to_be_focused()
    ann.bar_button("Connection details").click()
    assert violations_in(ann.page) == []
