"""Joining a call: from the command `voice.join` to the first sound packet that comes in, in a real browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from bench.chromium import join_call, leave_call, signed_in
from bench.figures import Measured, Section
from bench.sitting import Sitting

PROBE = Path(__file__).with_name("voice_join.js")
JOINS = 5
"""Joins of one round; the median of them is its figure."""
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
    with sitting.instance(pinned=False) as instance, sitting.chromium() as browser:
        staying, coming = (signed_in(browser, sign_in.link, PROBE) for sign_in in instance.sign_ins[:2])
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


def _join(page: Page) -> None:
    join_call(page)
    page.get_by_role("region", name="Voice", exact=True).wait_for()


def _timed_join(page: Page) -> tuple[float, float]:
    """Milliseconds from `voice.join` to the first packet, and to a green voice bar; afterwards the call is left again."""
    _join(page)
    since = page.evaluate("window.__voiceJoin()")
    leave_call(page)
    return since["packet"], since["green"]
