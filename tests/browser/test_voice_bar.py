"""The voice bar's notices and details: what can be done about them, also with the keyboard, and that none stays behind."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_talking import newcomer
from tests.browser.test_voice import People, in_a_call

DENIED_UNTIL_ALLOWED = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (constraints) =>
    window.__allowed ? ask(constraints) : Promise.reject(new DOMException('no', 'NotAllowedError'));
"""


def test_a_denied_microphone_comes_later_without_leaving_the_call(
    people: People, browser: Browser, server: ServerProcess
) -> None:
    ann = people(1)[0]
    context, ben = newcomer(browser, server, "ben", DENIED_UNTIL_ALLOWED)
    calls = calls_as_an_administrator_reads_them(ann)
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    me = ann.participants().filter(has_text="ben").get_attribute("data-participant-id")
    reason, again = ben.bar.locator("[data-reason]"), ben.bar_button("Try again")
    expect(reason).to_have_attribute("data-reason", "mic_denied")
    ann.bar_button("Connection details").click()
    verdict = ann.bar.locator("[data-verdict='mic_denied']")
    expect(verdict).to_contain_text("ben's browser may not use the microphone")
    expect(verdict).to_have_attribute("data-side", "peer")
    expect(calls).to_contain_text("ben to ann ben's browser may not use the microphone.")
    again.focus()
    ben.page.keyboard.press("Enter")
    expect(reason).to_have_attribute("data-reason", "mic_denied")
    expect(again).to_be_focused()
    ben.page.evaluate("window.__allowed = true")
    ben.page.keyboard.press("Enter")
    expect(reason).to_have_count(0)
    expect(again).to_have_count(0)
    expect(verdict).to_have_count(0)
    expect(calls).to_contain_text("Everybody hears everybody.", timeout=10_000)
    with ben.talking():
        assert ann.hears()
    assert ann.participants().filter(has_text="ben").get_attribute("data-participant-id") == me
    context.close()


def calls_as_an_administrator_reads_them(ann: Person) -> Locator:
    """The calls there are, on another page of hers."""
    tab = ann.another_tab().page
    tab.goto(f"{ann.url}/admin/calls")
    calls = tab.get_by_role("region", name="Calls")
    expect(calls).to_contain_text("Nobody is in a call.")
    return calls


def test_who_is_not_heard_by_somebody_is_told_so_by_name(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.observed("stopSending")
    ben.expect_bar("reconnecting")
    reason = ben.bar.locator("[data-reason]")
    expect(reason).to_have_attribute("data-reason", "not_sending", timeout=15_000)
    expect(reason).to_contain_text("ann's page sends no sound")
    ann.expect_bar("reconnecting", seconds=30)
    reason = ann.bar.locator("[data-reason]")
    expect(reason).to_have_attribute("data-reason", "not_sending")
    expect(reason).to_contain_text("Your page sends no sound to ben")


def test_the_details_stand_below_the_status_and_escape_hides_them(people: People) -> None:
    ann = in_a_call(people)[0]
    button, details = ann.bar_button("Connection details"), ann.bar.get_by_text("Direct · ")
    button.click()
    expect(details).to_be_visible()
    expect(ann.bar.locator("[data-particulars]")).to_contain_text(
        re.compile(r"(host|prflx) to (host|prflx) · .* kbit/s · repairs: 0")
    )
    status, shown = ann.bar.get_by_role("status").bounding_box(), details.bounding_box()
    assert status is not None
    assert shown is not None
    assert shown["y"] > status["y"]
    ann.bar.get_by_role("button", name="Copy diagnostics").focus()
    ann.page.keyboard.press("Escape")
    expect(details).to_have_count(0)
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_a_phone_is_told_of_no_key(browser: Browser, server: ServerProcess, people: People) -> None:
    ann = people(1)[0]
    ann.join_voice()
    hint = ann.bar.get_by_text("Space", exact=True)
    expect(hint).to_be_visible()
    ann.page.context.new_cdp_session(ann.page).send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    ann.page.context.new_cdp_session(ann.page).send(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "pointer", "value": "coarse"}, {"name": "hover", "value": "none"}]},
    )
    expect(hint).to_be_hidden()
    expect(ann.bar_button("Push to Talk")).to_be_visible()


def test_who_logs_out_in_a_call_leaves_no_word_of_it(people: People) -> None:
    ann = in_a_call(people)[0]
    announcer = ann.page.locator("[aria-live=polite]")
    expect(announcer.filter(has_text="Lounge")).to_have_count(1)
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Log out").click()
    expect(ann.page.get_by_role("button", name="Log in")).to_be_visible()
    expect(announcer.filter(has_text="Lounge")).to_have_count(0)


def test_switching_voice_off_is_asked_about_and_leaves_a_way_back(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.page.goto(f"{ann.url}/admin/settings")
    switch = ann.page.get_by_role("switch", name="Voice channels")
    switch.click()
    asked = ann.page.get_by_role("group", name=re.compile("^1 person is in a call in your channels"))
    asked.get_by_role("button", name="Leave voice on").click()
    expect(asked).to_have_count(0)
    expect(switch).to_be_focused()
    expect(switch).to_be_checked()
    ben.expect_bar("connected", "Lounge")
    switch.click()
    asked.get_by_role("button", name="Switch voice off").click()
    ben.expect_bar("disconnected", "Disconnected")
    reason = ben.bar.locator("[data-reason]")
    expect(reason).to_contain_text("An administrator has switched voice off.")
    expect(ben.bar_button("Rejoin")).to_have_count(0)
    switch.click()
    expect(reason).to_contain_text("Voice is switched on again.")
    ben.bar_button("Rejoin").click()
    ben.expect_bar("connected", "Lounge")


def test_the_buttons_of_a_call_that_is_over_stand_in_one_row(people: People) -> None:
    ann = in_a_call(people)[0]
    second = ann.another_tab()
    second.join_voice()
    second.expect_bar("disconnected")
    for name, page in (("Move here", second), ("Rejoin", ann)):
        if name == "Rejoin":
            ann.page.reload()
        places = [page.bar_button(each).bounding_box() for each in (name, "Disconnect", "Connection details")]
        assert len({round(place["y"] + place["height"] / 2) for place in places if place}) == 1, places
        assert None not in places
