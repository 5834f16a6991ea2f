"""History: pages of 50 messages a second, from all over a channel."""

from __future__ import annotations

from bench.figures import Measured, Section
from bench.load import PagesRead, Posting
from bench.sitting import Sitting, Stopwatch

WINDOW = 16
STEP = 37
MESSAGES_A_PAGE = 5
"""How many messages the channel gets for each page that is read of it."""


def measure(sitting: Sitting) -> Section:
    """Pages a second of the HTTP API, asked for over several connections that are kept open."""
    pages = sitting.scale.pages
    messages = max(pages // MESSAGES_A_PAGE, 60)
    with sitting.instance() as instance, sitting.load() as load:
        place = instance.places()[0]
        load.post(place, Posting(messages, 64, pace="answered"))
        watch = Stopwatch(instance.pid)
        rounds: list[tuple[PagesRead, float]] = []
        for _ in range(sitting.scale.rounds):
            watch.start()
            read = load.read_pages(place, pages, WINDOW, highest_seq=messages, step=STEP)
            rounds.append((read, read.requests / watch.used()))
    rate = Measured([read.requests / read.seconds for read, _ in rounds])
    per_cpu = Measured([per_second for _, per_second in rounds])
    size = Measured([read.bytes / read.requests / 1000 for read, _ in rounds])
    return Section(
        "History",
        ("pages a second", "pages per processor second", "kB a page"),
        [[rate.shown(), per_cpu.shown(), size.shown(1)]],
        notes=(
            f"{WINDOW} connections, one request under way on each, pages of 50 messages ending anywhere in the channel.",
        ),
    )
