"""Talking in a real browser: how soon a key lets the microphone through, and how soon the other side hears it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
from playwright.sync_api import Page

from bench.chromium import in_call, join_call, signed_in
from bench.figures import Claim, Measured, Section
from bench.microphone import fake_microphone
from bench.sitting import Sitting

T = TypeVar("T")
PROBE = Path(__file__).with_name("talking.js")
TIMES = 5
"""How often in one round a key is pressed, and a word begins; the median of them is the round's figure."""
TRIES = 3
MOST_KEY_MS, MOST_KEY_HEARD_MS, MOST_VOICE_HEARD_MS = 20, 200, 250
NOTE = (
    "Two pages of one headless Chromium on the server's machine, in a call over the loopback. *Key* is the browser's own time of the "
    "event. *Energy* is the first packet above silence that is played out (`getSynchronizationSources`), looked for every few "
    "milliseconds. *Onset* is the first loud sample the browser hands to the page that sends, after echo cancellation and what else "
    "it does to a microphone. What is sent under voice activity is delayed on purpose, so that first syllables are not cut."
)


class Pressed(msgspec.Struct, frozen=True, rename="camel"):
    """When the key went down and when the microphone was let through, in milliseconds since 1970."""

    pressed_at: float
    enabled_at: float


@dataclass(frozen=True)
class Round:
    """Medians of one round, in milliseconds."""

    key: float
    key_heard: float
    voice_heard: float


def measure(sitting: Sitting) -> Section:
    """Ben presses a key to talk, while Ann is muted; then Ann talks by voice activity."""
    times = TIMES if sitting.scale.rounds > 1 else 2
    with sitting.instance(pinned=False) as instance, sitting.chromium(fake_microphone(sitting.folder)) as browser:
        instance.choose({"talk_mode": "voice_activity"})
        ann, ben = (signed_in(browser, sign_in.link, PROBE) for sign_in in instance.sign_ins)
        for page in (ann, ben):
            join_call(page)
        for page in (ann, ben):
            in_call(page)
        rounds = [_one_round(ann, ben, times) for _ in range(sitting.scale.rounds)]
    return _section(rounds, times)


def _one_round(ann: Page, ben: Page, times: int) -> Round:
    _voice_button(ann, "Mute")
    keys = [_tried(lambda: _key(ben, ann)) for _ in range(times)]
    _voice_button(ann, "Unmute")
    voices = [_tried(lambda: _onset(ann, ben)) for _ in range(times)]
    return Round(
        Measured([key for key, _ in keys]).median,
        Measured([heard for _, heard in keys]).median,
        Measured(voices).median,
    )


def _key(talker: Page, listener: Page) -> tuple[float, float]:
    """Milliseconds from the key to `track.enabled` and to sound at the other side; pressed just after a word has begun."""
    listener.evaluate("__talking.hushed()")
    talker.evaluate("__talking.awaitOnset()")
    talker.evaluate("__talking.watchKey()")
    talker.evaluate("__talking.beganAt")
    listener.evaluate("__talking.listen()")
    talker.keyboard.down("Space")
    heard_at = listener.evaluate("__talking.heardAt")
    talker.keyboard.up("Space")
    pressed = msgspec.convert(talker.evaluate("__talking.pressed"), Pressed)
    return _after(pressed.enabled_at, pressed.pressed_at), _after(heard_at, pressed.pressed_at)


def _onset(talker: Page, listener: Page) -> float:
    """Milliseconds from the beginning of a word to its sound at the other side."""
    listener.evaluate("__talking.hushed()")
    talker.evaluate("__talking.awaitOnset()")
    listener.evaluate("__talking.listen()")
    began_at = talker.evaluate("__talking.beganAt")
    return _after(listener.evaluate("__talking.heardAt"), began_at)


def _tried(measured: Callable[[], T]) -> T:
    """Measured again where the end of what had been said before came through so late that it was taken for the answer."""
    for _ in range(TRIES - 1):
        with suppress(_Early):
            return measured()
    return measured()


class _Early(RuntimeError):
    """Something was heard or let through before it was said."""


def _after(later: float, earlier: float) -> float:
    """Raises `_Early` where the effect came before its cause: then something else was seen."""
    if later < earlier:
        raise _Early(f"something was heard or let through {earlier - later:.0f} ms before it was said")
    return later - earlier


def _voice_button(page: Page, name: str) -> None:
    page.get_by_role("region", name="Voice", exact=True).get_by_role("button", name=name, exact=True).click()


def _section(rounds: list[Round], times: int) -> Section:
    key, key_heard, voice_heard = (
        Measured([getattr(one, name) for one in rounds]) for name in ("key", "key_heard", "voice_heard")
    )
    return Section(
        "Talking",
        (
            "of each a round",
            "key → `track.enabled`, ms",
            "key → energy at the peer, ms",
            "voice activity: onset → energy at the peer, ms",
        ),
        [[str(times), key.shown(1), key_heard.shown(), voice_heard.shown()]],
        [
            Claim("key → `track.enabled`", key.median, MOST_KEY_MS, "ms", 1, at_most=True),
            Claim("key → energy at the peer", key_heard.median, MOST_KEY_HEARD_MS, "ms", at_most=True),
            Claim("voice activity → energy at the peer", voice_heard.median, MOST_VOICE_HEARD_MS, "ms", at_most=True),
        ],
        notes=(NOTE,),
    )
