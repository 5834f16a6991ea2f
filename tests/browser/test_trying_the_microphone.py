"""The settings of the microphone: by keyboard, with a level that is what is sent, and a recording that is played back."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import bring_axe, violations_in
from tests.browser.person import Person
from tests.browser.test_treated_sound import choose
from tests.browser.test_voice import NO_LIVE_TRACK

People = Callable[[int], list[Person]]
PLAYED_LEVEL = """async () => {
  const [element] = document.querySelectorAll('audio');
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(element.srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 0;
  const until = performance.now() + 2000;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatTimeDomainData(samples);
    loudest = Math.max(loudest, ...samples);
  }
  const { sinkId } = element;
  await context.close();
  return { loudest, sinkId };
}"""


def settings_of(person: Person) -> Page:
    person.page.get_by_role("button", name=person.user_name, exact=True).click()
    person.page.get_by_role("menuitem", name="Settings").click()
    expect(person.page.get_by_role("heading", name="Voice and devices")).to_be_visible()
    return person.page


def level(page: Page) -> Locator:
    return page.get_by_role("meter", name="Microphone level")


def test_the_level_is_that_of_the_sound_as_it_is_sent_and_ends_with_the_page(people: People) -> None:
    ann = people(1)[0]
    page = settings_of(ann)
    choose(page, talk_mode="voice_activity", auto_gain_control=False)
    expect(page.get_by_role("slider", name="Sends from")).to_be_visible()
    test = page.get_by_role("button", name="Test microphone")
    test.focus()
    page.keyboard.press("Enter")
    loud = re.compile(r"^-[12]?\d dBFS$")
    expect(level(page)).to_have_attribute("aria-valuetext", loud)
    volume = page.get_by_role("slider", name="Input volume")
    volume.focus()
    page.keyboard.press("Home")
    expect(volume).to_have_attribute("aria-valuetext", "0 %")
    expect(level(page)).to_have_attribute("aria-valuetext", "-70 dBFS")
    page.keyboard.press("End")
    expect(volume).to_have_attribute("aria-valuetext", "200 %")
    expect(level(page)).to_have_attribute("aria-valuetext", loud)
    page.get_by_role("button", name="Close settings").or_(page.get_by_role("link", name="Close settings")).click()
    ann.wait_for(NO_LIVE_TRACK)
    ann.wait_for("window.__observed.openContexts() === 0")


def test_five_seconds_are_recorded_and_played_back_through_the_chosen_speaker(people: People) -> None:
    ann = people(1)[0]
    page = settings_of(ann)
    speaker = page.get_by_role("combobox", name="Speaker")
    chosen = speaker.locator("option").nth(1).get_attribute("value")
    assert chosen
    speaker.select_option(chosen)
    record = page.get_by_role("button", name="Record 5 seconds")
    record.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recording: say something…").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    expect(page.get_by_text("Playing back…").first).to_be_visible(timeout=15_000)
    ann.wait_for(NO_LIVE_TRACK)
    ann.wait_for("document.querySelector('audio')?.paused === false")
    played = page.evaluate(PLAYED_LEVEL)
    assert played["sinkId"] == chosen
    assert played["loudest"] > 0.02
    expect(record).to_be_visible(timeout=15_000)
    expect(page.get_by_role("alert").filter(has_text=re.compile("."))).to_have_count(0)
    expect(page.locator("audio")).to_have_count(0)
    ann.wait_for("window.__observed.openContexts() === 0")


def test_noise_suppression_is_one_of_three_and_nothing_of_it_keeps_anybody_out(people: People) -> None:
    ann = people(1)[0]
    bring_axe(ann.context)
    ann.page.reload()
    page = settings_of(ann)
    group = page.get_by_role("group", name="Noise suppression")
    expect(group.get_by_role("radio", name="Browser")).to_be_checked()
    group.get_by_role("radio", name="Browser").focus()
    page.keyboard.press("ArrowDown")
    expect(group.get_by_role("radio", name="RNNoise")).to_be_checked()
    page.get_by_role("button", name="Test microphone").click()
    expect(page.get_by_role("button", name="Stop test")).to_be_visible()
    expect(level(page)).not_to_have_attribute("aria-valuetext", "-70 dBFS")
    expect(page.get_by_text("RNNoise cannot run here")).to_have_count(0)
    assert violations_in(page) == []
    other = ann.another_tab()
    assert settings_of(other).get_by_role("radio", name="RNNoise").is_checked()
