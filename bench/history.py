"""History: pages of 50 messages a second, from all over a channel."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Measured, Section
from bench.load import PagesRead, Posting
from bench.sitting import ENGINES, Sitting

WINDOW = 16
STEP = 37
MESSAGES_A_PAGE = 5
"""How many messages the channel gets for each page that is read of it."""

NOTE = (
    f"{WINDOW} connections, one request under way on each, pages of 50 messages ending anywhere in the channel. PostgreSQL shares the "
    "server's core, and its processor time counts with the server's."
)


@dataclass(frozen=True)
class Round:
    """One run. `per_cpu_second` counts the processor time of the server and of its database."""

    read: PagesRead
    per_cpu_second: float


def measure(sitting: Sitting) -> Section:
    """Pages a second of the HTTP API, asked for over several connections that are kept open, on both engines."""
    return Section(
        "History",
        ("database", "pages a second", "pages per processor second", "kB a page"),
        [_row(engine, _rounds(sitting, engine)) for engine in ENGINES],
        notes=(NOTE,),
    )


def _rounds(sitting: Sitting, engine: str) -> list[Round]:
    pages = sitting.scale.pages
    messages = max(pages // MESSAGES_A_PAGE, 60)
    with sitting.instance_on(engine) as (instance, watch), sitting.load() as load:
        place = instance.places()[0]
        load.post(place, Posting(messages, 64, pace="answered"))
        rounds: list[Round] = []
        for _ in range(sitting.scale.rounds):
            watch.start()
            read = load.read_pages(place, pages, WINDOW, highest_seq=messages, step=STEP)
            rounds.append(Round(read, read.requests / watch.used()))
        return rounds


def _row(engine: str, rounds: list[Round]) -> list[str]:
    return [
        engine,
        Measured([one.read.requests / one.read.seconds for one in rounds]).shown(),
        Measured([one.per_cpu_second for one in rounds]).shown(),
        Measured([one.read.bytes / one.read.requests / 1000 for one in rounds]).shown(1),
    ]
