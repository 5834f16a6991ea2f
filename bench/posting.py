"""Posting: messages a second that are on the disk before they are answered, with people listening, on both engines."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Claim, Measured, Section
from bench.load import Posting, Run
from bench.sitting import ENGINES, SQLITE, Sitting, open_receivers

RECEIVERS = 50
WINDOW = 64
WARM_UP = 200
BOUND, AIM = 1500, 3000
NOTE = (
    f"A server pinned to one core. Plain text of 80 characters over {WINDOW} HTTP connections, one request under way on each; "
    f"{RECEIVERS} receivers. SQLite in WAL mode with "
    "`synchronous=FULL`, PostgreSQL as it comes: every answer comes after the commit is on the disk. PostgreSQL has to live on the "
    "server's core too, and its processor time counts with the server's."
)


@dataclass(frozen=True)
class Round:
    """One run. `per_cpu_second` counts the processor time of the server and of its database."""

    run: Run
    per_cpu_second: float


def measure(sitting: Sitting) -> Section:
    """Posts a second of a server that has one core, as fast as it answers."""
    found = {engine: _rounds(sitting, engine) for engine in ENGINES}
    return Section(
        "Posting",
        ("database", "posts a second", "posts per processor second", "p50 / p99 ms to a receiver"),
        [_row(engine, rounds) for engine, rounds in found.items()],
        [
            _claim("posts a second, 50 receivers", found[SQLITE], BOUND),
            _claim("posts a second, 50 receivers, the aim", found[SQLITE], AIM),
        ],
        (NOTE,),
    )


def _rounds(sitting: Sitting, engine: str) -> list[Round]:
    with sitting.instance_on(engine) as (instance, watch), sitting.load() as load:
        places = instance.places()
        open_receivers(load, places, RECEIVERS)
        load.post(places[0], Posting(WARM_UP, WINDOW))
        rounds: list[Round] = []
        for _ in range(sitting.scale.rounds):
            watch.start()
            run = load.post(places[0], Posting(sitting.scale.posts, WINDOW, pace="answered"))
            rounds.append(Round(run, run.messages / watch.used()))
        return rounds


def _row(engine: str, rounds: list[Round]) -> list[str]:
    delays = (Measured([one.run.p50_ms for one in rounds]), Measured([one.run.p99_ms for one in rounds]))
    return [
        engine,
        _rate(rounds).shown(),
        Measured([one.per_cpu_second for one in rounds]).shown(),
        f"{delays[0].median:.1f} / {delays[1].median:.1f}",
    ]


def _rate(rounds: list[Round]) -> Measured:
    return Measured([one.run.messages / one.run.seconds for one in rounds])


def _claim(what: str, rounds: list[Round], bound: float) -> Claim:
    each = 1e6 / Measured([one.per_cpu_second for one in rounds]).median
    return Claim(what, _rate(rounds).median, bound, cause=f"a post costs {each:.0f} µs of processor time")
