"""One voice, one place: a second tab, another channel, a holder that no longer answers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.processes import frozen, new_mark
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import NO_LIVE_TRACK, NO_OPEN_CONNECTION, People


def test_an_administrator_takes_somebody_out_who_comes_back_only_by_a_click(people: People) -> None:
    ann, ben = people(2)
    for person in (ann, ben):
        person.join_voice()
        person.expect_bar("connected", "Lounge")
    ann.participants().get_by_role("button", name="Profile of ben").click()
    ann.page.get_by_role("dialog", name="ben").get_by_role("button", name="Disconnect from Lounge").click()
    ben.expect_bar("disconnected", "Disconnected")
    expect(ben.bar.locator("[data-reason]")).to_have_attribute("data-reason", "kicked")
    ben.wait_for(NO_LIVE_TRACK)
    expect(ann.participants()).to_have_count(1)
    ann.expect_bar("connected", "Lounge")
    ben.bar_button("Rejoin").click()
    ben.expect_bar("connected", "Lounge")
    expect(ann.participants()).to_have_count(2)


def test_the_second_tab_is_refused_quietly_and_can_take_over(people: People) -> None:
    ann, ben = people(2)
    for person in (ann, ben):
        person.join_voice()
        person.expect_bar("connected")
    dialogs: list[str] = []
    second = ann.another_tab()
    second.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    second.join_voice()
    second.expect_bar("disconnected", "Disconnected")
    expect(second.bar.locator("[data-reason]")).to_have_attribute("data-reason", "already_in_channel")
    expect(second.bar).to_contain_text("You are already in Lounge in another tab.")
    assert second.observed("liveTracks") == 0
    assert dialogs == []
    ann.expect_bar("connected", "Lounge")

    second.bar_button("Move here").click()
    second.expect_bar("connected", "Lounge")
    ann.expect_bar("disconnected", "Disconnected")
    expect(ann.bar.locator("[data-reason]")).to_have_attribute("data-reason", "superseded")
    ann.wait_for(NO_OPEN_CONNECTION)
    ann.wait_for(NO_LIVE_TRACK)
    expect(ben.participants()).to_have_count(2)
    with second.talking():
        assert ben.hears()
    second.expect_bar("connected", "Lounge")
    ann.expect_bar("disconnected")


def test_the_second_half_of_a_double_click_mutes_nobody(people: People) -> None:
    ann = people(1)[0]
    ann.join_voice().expect_bar("connected")
    second = ann.another_tab()
    second.join_voice()
    second.bar_button("Move here").dblclick()
    second.expect_bar("connected", "Lounge")
    expect(second.bar_button("Mute")).to_be_visible()
    second.bar_button("Mute").dblclick()  # both halves of one of its own count
    expect(second.bar_button("Mute")).to_be_visible()
    second.bar_button("Mute").click()
    expect(second.bar_button("Unmute")).to_be_visible()


def test_another_browser_is_told_where_the_call_is(people: People, browser: Browser, server: ServerProcess) -> None:
    ann = people(1)[0]
    ann.join_voice()
    ann.expect_bar("connected")
    context = open_context(browser, permissions=["microphone"])
    elsewhere = Person(context, server.url, "ann").log_in()
    elsewhere.join_voice()
    elsewhere.expect_bar("disconnected")
    expect(elsewhere.bar).to_contain_text("You are already in Lounge on Chrome on Linux.")
    ann.bar_button("Disconnect").click()
    expect(elsewhere.bar.locator("[data-reason]")).to_have_attribute("data-reason", "ended_elsewhere")
    elsewhere.bar_button("Rejoin").click()
    elsewhere.expect_bar("connected", "Lounge")
    context.close()


def test_a_frozen_holder_does_not_lock_its_owner_out(
    server: ServerProcess, launch: Callable[..., Browser], people: People
) -> None:
    ben = people(2)[1]
    mark = new_mark()
    holder = launch(extra=(mark,))
    ann = Person(open_context(holder, permissions=["microphone"]), server.url, "ann").log_in()
    for person in (ann, ben):
        person.join_voice()
        person.expect_bar("connected")
    elsewhere = launch()
    again = Person(open_context(elsewhere, permissions=["microphone"]), server.url, "ann").log_in()
    with frozen(mark):
        again.join_voice()
        again.expect_bar("connected", "Lounge")
        expect(ben.participants()).to_have_count(2)
        with again.talking():
            assert ben.hears()
    ann.expect_bar("disconnected", seconds=30)
    again.expect_bar("connected", "Lounge")
    elsewhere.close()
    holder.close()
