"""What becomes of a microphone's sound on its way: voice activity, RNNoise, volume; measured where it arrives."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import sounds
from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import NO_LIVE_TRACK

Launch = Callable[..., Browser]
UNTOUCHED = {"echo_cancellation": False, "auto_gain_control": False, "noise_suppression": "off"}
"""The browser leaves the sound as the fake microphone gives it."""
SPEECH_SECONDS = 3.3
"""A whole number of words, so that it is as loud wherever one begins to listen."""
SETTLE_SECONDS = 2.0
"""RNNoise needs a second to know a noise; what was on its way before has arrived by then."""
STEADY_SECONDS = 1.0
HIDDEN = """() => {
  for (const [name, value] of [['hidden', true], ['visibilityState', 'hidden']])
    Object.defineProperty(document, name, { configurable: true, get: () => value });
  window.requestAnimationFrame = () => 0;
  const [later, again] = [window.setTimeout, window.setInterval];
  window.setTimeout = (call, wait = 0, ...rest) => later(call, Math.max(1000, wait), ...rest);
  window.setInterval = (call, wait = 0, ...rest) => again(call, Math.max(1000, wait), ...rest);
  document.dispatchEvent(new Event('visibilitychange'));
}"""
"""What a hidden page has: no frames, and timers once a second. A browser without windows never hides one."""


def choose(page: Page, **settings: Any) -> None:
    """Choose for this user, as another of their devices does: it is in force here in a moment."""
    status = page.evaluate(
        """async (settings) => (await fetch('/api/v1/me/settings', { method: 'PATCH',
             headers: { 'content-type': 'application/json' }, body: settings })).status""",
        json.dumps(settings),
    )
    assert status == 200


@contextmanager
def hearing(launch: Launch, server: ServerProcess, sound: Path, **settings: Any) -> Iterator[tuple[Person, Person]]:
    """ann and ben in Lounge; both microphones hear `sound`, and nothing is done to ann's but what she has chosen."""
    browser = launch(extra=(f"--use-file-for-fake-audio-capture={sound}",))
    ann, ben = (
        Person(open_context(browser, permissions=["microphone"]), server.url, name).log_in() for name in ("ann", "ben")
    )
    choose(ann.page, **(UNTOUCHED | settings))
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        expect(person.participants()).to_have_count(2)
        person.expect_bar("connected", "Lounge")
    ann.wait_for("window.__observed.liveTracks() > 0")
    yield ann, ben
    browser.close()


def loudness(listener: Person, seconds: float) -> float:
    """In decibels of power over so many seconds, once what was on its way has arrived."""
    listener.heard_energy(SETTLE_SECONDS)
    return 10 * math.log10(listener.heard_energy(seconds) / seconds + 1e-12)


def burst(listener: Person) -> float:
    """The energy of the next burst that arrives: from silence to silence."""
    before = quiet(listener)
    deadline = time.monotonic() + 10
    while (energy := float(listener.observed("energy"))) - before < 1e-5:
        assert time.monotonic() < deadline, "no burst has arrived"
        listener.page.wait_for_timeout(20)
    assert energy > before
    return quiet(listener) - before


def quiet(listener: Person) -> float:
    """The energy so far, as soon as it has not grown for a while."""
    known, since = float(listener.observed("energy")), time.monotonic()
    while time.monotonic() - since < STEADY_SECONDS:
        listener.page.wait_for_timeout(50)
        now = float(listener.observed("energy"))
        if now - known > 1e-6:
            known, since = now, time.monotonic()
    return known


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write_sound(tmp_path_factory.mktemp("sound") / "noise.wav", sounds.noise(5))


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write_sound(tmp_path_factory.mktemp("sound") / "speech.wav", sounds.speech(SPEECH_SECONDS))


@pytest.fixture(scope="module")
def single_bursts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sounds.write_sound(tmp_path_factory.mktemp("sound") / "bursts.wav", sounds.bursts(3))


def test_rnnoise_takes_15_db_of_noise_out(launch: Launch, server: ServerProcess, noise: Path) -> None:
    with hearing(launch, server, noise) as (ann, ben), ann.talking():
        as_it_is = loudness(ben, 3)
        choose(ann.page, noise_suppression="rnnoise")
        cleaned = loudness(ben, 3)
        print(f"\nnoise {as_it_is:.1f} dB, by RNNoise {cleaned:.1f} dB")
        assert as_it_is - cleaned >= 15


def test_rnnoise_leaves_speech_as_loud_as_it_is_and_the_volume_makes_it_as_loud_as_was_chosen(
    launch: Launch, server: ServerProcess, speech: Path
) -> None:
    with hearing(launch, server, speech) as (ann, ben), ann.talking():
        as_it_is = loudness(ben, SPEECH_SECONDS)
        choose(ann.page, noise_suppression="rnnoise")
        cleaned = loudness(ben, SPEECH_SECONDS)
        print(f"\nspeech {as_it_is:.1f} dB, by RNNoise {cleaned:.1f} dB")
        assert cleaned == pytest.approx(as_it_is, abs=3)
        expect(ann.bar.locator(".hint")).to_have_count(0)
        choose(ann.page, noise_suppression="off")
        for percent in (50, 200):
            choose(ann.page, input_volume=percent)
            louder = loudness(ben, SPEECH_SECONDS) - as_it_is
            assert louder == pytest.approx(20 * math.log10(percent / 100), abs=1), f"at {percent} %"
        choose(ann.page, input_volume=0)
        assert ben.hears_nothing()


def test_a_burst_of_50_ms_after_silence_arrives_whole_by_voice_activity(
    launch: Launch, server: ServerProcess, single_bursts: Path
) -> None:
    with hearing(launch, server, single_bursts) as (ann, ben):
        with ann.talking():
            whole = min(burst(ben) for _ in range(3))
        choose(ann.page, talk_mode="voice_activity")
        expect(ann.bar_button("Voice Activity")).to_be_visible()
        by_voice = min(burst(ben) for _ in range(3))
        print(f"\na burst has {whole:.5f}, by voice activity {by_voice:.5f}")
        assert by_voice == pytest.approx(whole, rel=0.2)


def test_voice_activity_opens_and_shuts_in_a_hidden_page(
    launch: Launch, server: ServerProcess, single_bursts: Path
) -> None:
    with hearing(launch, server, single_bursts, talk_mode="voice_activity") as (ann, ben):
        ann.page.evaluate(HIDDEN)
        entry = ben.participants().filter(has_text="ann")
        for _ in range(2):
            assert burst(ben) > 0
            expect(entry).to_have_attribute("data-speaking", "false")
        expect(ann.bar_button("Voice Activity")).not_to_have_class(re.compile(r"\bon\b"))


def test_where_rnnoise_cannot_be_loaded_one_is_heard_and_told(
    launch: Launch, server: ServerProcess, speech: Path
) -> None:
    with hearing(launch, server, speech) as (ann, ben):
        ann.context.route(re.compile(r"/assets/rnnoise.*\.wasm$"), lambda route: route.abort())
        choose(ann.page, noise_suppression="rnnoise")
        expect(ann.bar).to_contain_text("RNNoise cannot run here")
        with ann.talking():
            assert ben.hears()
        choose(ann.page, noise_suppression="browser")
        expect(ann.bar).not_to_contain_text("RNNoise")


def test_leaving_turns_off_whatever_was_made_of_the_microphone(
    launch: Launch, server: ServerProcess, speech: Path
) -> None:
    chosen = {"talk_mode": "voice_activity", "noise_suppression": "rnnoise", "input_volume": 150}
    with hearing(launch, server, speech, **chosen) as (ann, ben):
        assert ben.hears()
        ann.bar_button("Mute").click()
        expect(ann.bar).to_contain_text("You are talking while muted")
        assert ben.hears_nothing()
        ann.bar_button("Disconnect").click()
        ann.wait_for(NO_LIVE_TRACK)
        ann.wait_for("window.__observed.openContexts() === 0")


def test_a_silent_microphone_is_named(launch: Launch, server: ServerProcess, tmp_path: Path) -> None:
    silence = sounds.write_sound(tmp_path / "silence.wav", [0.0] * sounds.RATE)
    with hearing(launch, server, silence) as (ann, _):
        expect(ann.bar).to_contain_text("Your microphone is silent", timeout=20_000)
