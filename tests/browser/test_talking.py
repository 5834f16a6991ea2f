"""The microphone in a real page: what opens it, what closes it, and that every way out of a call turns it off."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import NO_LIVE_TRACK, NO_OPEN_CONNECTION, People, in_a_call

SLOW_PROMPT = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    await new Promise((resolve) => { window.__allow = resolve; });
    const stream = await ask(constraints);
    window.__given = stream.getAudioTracks()[0];
    return stream;
  };
"""


def newcomer(browser: Browser, server: ServerProcess, name: str, script: str) -> tuple[BrowserContext, Person]:
    """Somebody whose pages run a script first, logged in."""
    context = open_context(browser, permissions=["microphone"])
    context.add_init_script(f"if (location.protocol !== 'about:') {{ {script} }}")  # an empty page has no storage
    return context, Person(context, server.url, name).log_in()


def test_the_button_is_held_until_it_is_let_go_wherever_the_pointer_is(people: People) -> None:
    ann, ben = in_a_call(people)
    button = ann.bar_button("Push to Talk")
    button.hover()
    ann.page.mouse.down()
    ann.page.mouse.move(700, 300)
    expect(button).to_have_attribute("aria-pressed", "true")
    ann.page.keyboard.press("Space")
    assert ben.still_hears()
    expect(button).to_have_attribute("aria-pressed", "true")
    ann.page.mouse.up()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert ben.hears_nothing()


def test_a_window_that_loses_the_focus_lets_go_of_key_and_button(people: People) -> None:
    ann, ben = in_a_call(people)
    button = ann.bar_button("Push to Talk")
    button.hover()
    ann.page.mouse.down()
    ann.page.keyboard.down("Space")
    expect(button).to_have_attribute("aria-pressed", "true")
    ann.page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert ben.hears_nothing()
    ann.page.keyboard.up("Space")
    ann.page.mouse.up()


def test_voice_activity_talks_by_itself_and_says_so_when_muted(
    people: People, browser: Browser, server: ServerProcess
) -> None:
    ann = people(1)[0]
    settings = json.dumps(json.dumps({"mode": "voice_activity"}))
    context, ben = newcomer(browser, server, "ben", f"localStorage.setItem('cromulent.voice', {settings});")
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    expect(ben.bar_button("Voice Activity")).to_be_visible()
    expect(ben.bar_button("Push to Talk")).to_have_count(0)
    assert ann.hears()
    expect(ann.participants().filter(has_text="ben")).to_have_attribute("data-speaking", "true")
    ben.bar_button("Mute").click()
    expect(ben.bar).to_contain_text("You are talking while muted")
    assert ann.hears_nothing()
    context.close()


def test_a_prompt_answered_after_leaving_leaves_no_microphone_on(browser: Browser, server: ServerProcess) -> None:
    context, ann = newcomer(browser, server, "ann", SLOW_PROMPT)
    ann.join_voice()
    ann.expect_bar("connected", "Lounge")
    ann.wait_for("window.__allow !== undefined")
    ann.bar_button("Disconnect").click()
    expect(ann.bar).to_have_count(0)
    ann.page.evaluate("window.__allow()")
    ann.wait_for("window.__given?.readyState === 'ended'")
    ann.wait_for(NO_LIVE_TRACK)
    context.close()


def test_logging_out_ends_the_call(people: People) -> None:
    ann, ben = in_a_call(people)
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Log out").click()
    expect(ann.page.get_by_role("button", name="Log in")).to_be_visible()
    ann.wait_for(NO_OPEN_CONNECTION)
    ann.wait_for(NO_LIVE_TRACK)
    expect(ann.bar).to_have_count(0)
    expect(ben.participants()).to_have_count(1)
    ben.expect_bar("connected", "Lounge")


def test_the_list_and_the_bar_keep_the_words_they_promise(people: People) -> None:
    ann, ben = in_a_call(people)
    me, other = (ann.participants().filter(has_text=name) for name in ("ann", "ben"))
    expect(other).to_have_attribute("data-peer-state", "ok")
    expect(other).to_have_attribute("data-path", "direct")
    for entry in (me, other):
        expect(entry).to_have_attribute("data-connection", "connected")
        for name, value in (("speaking", "false"), ("muted", "false"), ("deafened", "false")):
            expect(entry).to_have_attribute(f"data-{name}", value)
        assert entry.get_attribute("data-user-id")
    for name in ("data-peer-state", "data-path"):
        assert me.get_attribute(name) is None
    for name in ("Mute", "Deafen"):
        assert ann.bar_button(name).get_attribute("aria-pressed") is None
    expect(ann.bar.locator("[data-reason]")).to_have_count(0)
    expect(ann.bar_button("Connection details")).to_be_visible()
    ann.bar_button("Deafen").click()
    expect(ann.bar_button("Unmute")).to_be_visible()
    for name in ("Unmute", "Undeafen"):
        assert ann.bar_button(name).get_attribute("aria-pressed") is None
    seen_by_ben = ben.participants().filter(has_text="ann")
    for name in ("data-muted", "data-deafened"):
        expect(seen_by_ben).to_have_attribute(name, "true")
