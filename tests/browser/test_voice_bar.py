"""The voice bar's notices and details: what can be done about them, also with the keyboard, and that none stays behind."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

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
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    me = ann.participants().filter(has_text="ben").get_attribute("data-participant-id")
    reason, again = ben.bar.locator("[data-reason]"), ben.bar_button("Try again")
    expect(reason).to_have_attribute("data-reason", "mic_denied")
    again.focus()
    ben.page.keyboard.press("Enter")
    expect(reason).to_have_attribute("data-reason", "mic_denied")
    expect(again).to_be_focused()
    ben.page.evaluate("window.__allowed = true")
    ben.page.keyboard.press("Enter")
    expect(reason).to_have_count(0)
    expect(again).to_have_count(0)
    with ben.talking():
        assert ann.hears()
    assert ann.participants().filter(has_text="ben").get_attribute("data-participant-id") == me
    context.close()


def test_who_is_not_heard_by_somebody_is_told_so_by_name(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.observed("stopSending")
    ben.expect_bar("reconnecting")
    reason = ben.bar.locator("[data-reason]")
    expect(reason).to_have_attribute("data-reason", "no_media")
    expect(reason).to_contain_text("Cannot hear ann")
    ann.expect_bar("reconnecting", seconds=30)
    reason = ann.bar.locator("[data-reason]")
    expect(reason).to_have_attribute("data-reason", "not_heard")
    expect(reason).to_contain_text("ben does not hear you")


def test_the_details_stand_below_the_status_and_escape_hides_them(people: People) -> None:
    ann = in_a_call(people)[0]
    button, details = ann.bar_button("Connection details"), ann.bar.get_by_text("Direct · ")
    button.click()
    expect(details).to_be_visible()
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
