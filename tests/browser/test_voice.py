"""Talking and listening: sound that really arrives, and silence where silence was asked for."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person

People = Callable[[int], list[Person]]
NO_OPEN_CONNECTION = "window.__observed.openConnections() === 0"
NO_LIVE_TRACK = "window.__observed.liveTracks() === 0"


def in_a_call(people: People, count: int = 2) -> list[Person]:
    """So many people in Lounge, all green."""
    made = people(count)
    for person in made:
        person.join_voice()
    for person in made:
        expect(person.participants()).to_have_count(count)
        person.expect_bar("connected", "Lounge")
        person.wait_for("window.__observed.liveTracks() > 0")  # links connect before the microphone is there
    return made


def test_each_hears_the_other_while_the_button_is_held_and_not_after(people: People) -> None:
    ann, ben = in_a_call(people)
    assert ben.hears_nothing()
    with ann.talking():
        assert ben.hears()
    assert ben.hears_nothing()
    with ben.talking():
        assert ann.hears()
    assert ann.hears_nothing()


def test_space_talks_but_not_while_writing(people: People) -> None:
    ann, ben = in_a_call(people)
    button = ann.bar_button("Push to Talk")
    ann.composer.click()
    ann.page.keyboard.down("Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert ben.hears_nothing()
    ann.page.keyboard.up("Space")
    ann.page.get_by_role("region", name="Messages in general").click()
    ann.page.keyboard.down("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert ben.hears()
    ann.page.keyboard.up("Space")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_mute_stops_the_sound_and_unmute_does_not_open_the_microphone(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.bar_button("Mute").click()
    expect(ann.bar_button("Unmute")).to_be_visible()
    expect(ben.participants().filter(has_text="ann")).to_have_attribute("data-muted", "true")
    ann.bar_button("Push to Talk").hover()
    ann.page.mouse.down()
    assert ben.hears_nothing()
    ann.page.mouse.up()
    ann.bar_button("Unmute").click()
    assert ben.hears_nothing()
    with ann.talking():
        assert ben.hears()


def test_deafen_silences_everyone_also_who_comes_later(people: People) -> None:
    ann, ben, cleo = people(3)
    ann.join_voice()
    ann.expect_bar("connected")
    ann.bar_button("Deafen").click()
    expect(ann.bar_button("Undeafen")).to_be_visible()
    for late in (ben, cleo):
        late.join_voice()
    expect(ann.participants()).to_have_count(3)
    cleo.expect_bar("connected")
    with cleo.talking():
        assert ben.hears()
        assert ann.observed("sounding") == 0
    ann.bar_button("Undeafen").click()
    ann.wait_for("window.__observed.sounding() === 2")


def test_leaving_removes_the_bar_and_lets_go_of_everything(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.bar_button("Disconnect").click()
    expect(ann.bar).to_have_count(0)
    ann.wait_for(NO_OPEN_CONNECTION)
    ann.wait_for(NO_LIVE_TRACK)
    expect(ben.participants()).to_have_count(1)
    ben.expect_bar("connected", "Lounge")
    ben.wait_for(NO_OPEN_CONNECTION)


def test_who_is_in_a_channel_is_seen_by_those_who_are_not(people: People) -> None:
    ann, ben = people(2)
    ann.join_voice()
    entry = ben.participants().filter(has_text="ann")
    expect(entry).to_have_attribute("data-connection", "connected")
    ann.bar_button("Disconnect").click()
    expect(ben.participants()).to_have_count(0)


def test_speaking_rings_follow_the_voice(people: People) -> None:
    ann, ben = in_a_call(people)
    with ann.talking():
        expect(ben.participants().filter(has_text="ann")).to_have_attribute("data-speaking", "true")
        expect(ann.participants().filter(has_text="ann")).to_have_attribute("data-speaking", "true")
    expect(ben.participants().filter(has_text="ann")).to_have_attribute("data-speaking", "false")


def test_without_a_microphone_one_can_still_listen(people: People, browser, server) -> None:
    ann = people(1)[0]
    context = open_context(browser)
    context.add_init_script(
        "if (navigator.mediaDevices)"  # an empty page has none
        "  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
    )
    ben = Person(context, server.url, "ben").log_in()
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    expect(ben.bar.locator("[data-reason]")).to_have_attribute("data-reason", "mic_denied")
    expect(ben.bar.locator("[data-reason]")).to_contain_text("left end of the address bar")  # where Chromium has it
    with ann.talking():
        assert ben.hears()
    context.close()
