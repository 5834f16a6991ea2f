"""What a call of four costs the browser, beside a page that has the same connections and sound and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.chromium import TIMEOUT_MS, browser_pid, entered, in_call, join_call, leave_call
from bench.figures import Claim, Measured, Section
from bench.microphone import fake_microphone
from bench.sitting import Sitting, Stopwatch

BARE = Path(__file__).with_name("bare_call.js")
PAIRS = 5
SETTLE_MS = 1500
"""From when everybody hears everybody until it counts."""
MOST = 1.3
MICROPHONE = {"echoCancellation": True, "noiseSuppression": True, "autoGainControl": True, "channelCount": 1}
"""What the page asks for too."""
NOTE = (
    "Their pages are in one headless Chromium, in one call over the loopback, one of them talking, the others with their microphones "
    "shut. User and system time of all the browser's processes, as a share of one core, over a stretch in which nobody comes or goes. "
    "*Bare page*: as many connections with the same bit rate, the same microphone, an audio element for each peer, and no interface, "
    f"no meters, no gateway. The browser is started anew for each; {PAIRS} pairs in turn, the ratio is taken pair by pair."
)


def measure(sitting: Sitting) -> Section:
    """Ours, bare, ours, bare."""
    seconds, people = sitting.scale.page.seconds, sitting.scale.page.callers
    argument = fake_microphone(sitting.folder)
    ours: list[float] = []
    bare: list[float] = []
    with sitting.instance(pinned=False) as instance:
        tokens = [sign_in.token for sign_in in instance.sign_ins] + instance.register(people - 2)
        for _ in range(PAIRS if sitting.scale.rounds > 1 else 1):
            with sitting.chromium(argument) as browser, _our_call(browser, instance.url, tokens) as page:
                ours.append(_spent(browser, page, seconds))
            with sitting.chromium(argument) as browser:
                bare.append(_spent(browser, _bare_call(browser, instance.url, people), seconds))
    return _section(ours, bare, people)


@contextmanager
def _our_call(browser: Browser, url: str, tokens: list[str]) -> Iterator[Page]:
    """Everybody in the call, the first one holding the key; afterwards all have left it."""
    pages = [entered(browser, url, token) for token in tokens]
    for page in pages:
        join_call(page)
    for page in pages:
        in_call(page)
    pages[0].keyboard.down("Space")
    pages[1].locator("[data-speaking=true]").wait_for()
    yield pages[0]
    pages[0].keyboard.up("Space")
    for page in pages:
        leave_call(page)


def _bare_call(browser: Browser, url: str, people: int) -> Page:
    pages = [_bare_page(browser, url) for _ in range(people)]
    for one, other in combinations(range(people), 2):
        offer = pages[one].evaluate("peer => __bare.offer(peer)", other)
        answer = pages[other].evaluate("([peer, offer]) => __bare.answer(peer, offer)", [one, offer])
        pages[one].evaluate("([peer, answer]) => __bare.accept(peer, answer)", [other, answer])
    for page in pages:
        page.wait_for_function("peers => __bare.hearsAll(peers)", arg=people - 1)
    pages[0].evaluate("__bare.talk()")
    pages[1].wait_for_function("__bare.hearsSound()")
    return pages[0]


def _bare_page(browser: Browser, url: str) -> Page:
    """In a profile of its own, as ours are; nothing is asked of the server."""
    context = browser.new_context(permissions=["microphone"])
    context.add_init_script(path=BARE)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.route(f"{url}/bare", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><body>"))
    page.goto(f"{url}/bare")
    page.evaluate("constraints => __bare.open(constraints)", MICROPHONE)
    return page


def _spent(browser: Browser, page: Page, seconds: float) -> float:
    """Processor time of the whole browser, as a share of one core."""
    stopwatch = Stopwatch(browser_pid(browser))
    page.wait_for_timeout(SETTLE_MS)
    stopwatch.start()
    page.wait_for_timeout(seconds * 1000)
    return stopwatch.used() / seconds


def _section(ours: list[float], bare: list[float], people: int) -> Section:
    ratio = Measured([our / other for our, other in zip(ours, bare, strict=True)])
    return Section(
        "What a call costs the browser",
        ("people", "ours, % of a core", "bare page, % of a core", "ratio"),
        [[str(people), _percent(ours), _percent(bare), f"**{ratio.shown(2)}**"]],
        [Claim(f"processor time of a call of {people}, against a bare page", ratio.median, MOST, "×", 2, at_most=True)],
        notes=(NOTE,),
    )


def _percent(shares: list[float]) -> str:
    return Measured([100 * share for share in shares]).shown()
