"""Joining a call: from the command `voice.join` to the first sound packet that comes in, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.figures import Measured, Section
from bench.sitting import Sitting

PROBE = Path(__file__).with_name("voice_join.js")
JOINS = 5
"""Joins of one round; the median of them is its figure."""
TIMEOUT_MS = 20_000
ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)
NOTE = (
    "Two pages of one headless Chromium on the server's machine; one is in the call, the other clicks. *First packet* is the "
    "first one received from the other side; *green* is the voice bar that says so, when packets flow both ways. Offer, answer, "
    "candidates and DTLS pass in between; the network adds nothing on a loopback."
)


def measure(sitting: Sitting) -> Section:
    """The same person joins and leaves again and again while another stays in the call."""
    packets: list[float] = []
    greens: list[float] = []
    joins = JOINS if sitting.scale.rounds > 1 else 2
    with sitting.instance(pinned=False) as instance, _chromium() as browser:
        staying, coming = (_signed_in(browser, sign_in.link) for sign_in in instance.sign_ins[:2])
        _join(staying)
        for _ in range(sitting.scale.rounds):
            timed = [_timed_join(coming) for _ in range(joins)]
            packets.append(Measured([packet for packet, _ in timed]).median)
            greens.append(Measured([green for _, green in timed]).median)
    return Section(
        "Joining a call",
        ("joins a round", "`voice.join` → first packet, ms", "`voice.join` → green, ms"),
        [[str(joins), Measured(packets).shown(), Measured(greens).shown()]],
        notes=(NOTE,),
    )


@contextmanager
def _chromium() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        raise RuntimeError("Joining a call is measured in Chromium: install the package `chromium`.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _signed_in(browser: Browser, link: str) -> Page:
    context = browser.new_context(permissions=["microphone"])
    context.add_init_script(path=PROBE)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(link)
    page.get_by_role("navigation", name="Voice channels").wait_for()
    return page


def _join(page: Page) -> None:
    page.get_by_role("navigation", name="Voice channels").get_by_role("button", name="Lounge", exact=True).click()
    page.get_by_role("region", name="Voice", exact=True).wait_for()


def _timed_join(page: Page) -> tuple[float, float]:
    """Milliseconds from `voice.join` to the first packet, and to a green voice bar; afterwards the call is left again."""
    _join(page)
    since = page.evaluate("window.__voiceJoin()")
    bar = page.get_by_role("region", name="Voice", exact=True)
    bar.get_by_role("button", name="Disconnect", exact=True).click()
    bar.wait_for(state="hidden")
    return since["packet"], since["green"]
