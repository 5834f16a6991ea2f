"""Posting: messages a second that are on the disk before they are answered, with people listening."""

from __future__ import annotations

from bench.figures import Claim, Measured, Section
from bench.load import Posting, Run
from bench.sitting import Sitting, Stopwatch, open_receivers

RECEIVERS = 50
WINDOW = 64
WARM_UP = 200
BOUND, AIM = 1500, 3000
NOTE = (
    f"Plain text of 80 characters over {WINDOW} HTTP connections, one request under way on each; {RECEIVERS} receivers. SQLite in WAL mode "
    "with `synchronous=FULL`: every answer comes after the commit is on the disk."
)


def measure(sitting: Sitting) -> Section:
    """Posts a second with the server on one core, as in the other benchmarks, and with all cores to itself and the load."""
    rows: list[list[str]] = []
    best = 0.0
    for pinned in (True, False):
        rounds = _rounds(sitting, pinned=pinned)
        rate = Measured([run.messages / run.seconds for run, _ in rounds])
        best = max(best, rate.median)
        rows.append(_row(rounds, rate, "one core" if pinned else "all cores, shared with the load"))
    return Section(
        "Posting",
        ("the server has", "posts a second", "posts per processor second", "p50 / p99 ms to a receiver"),
        rows,
        [
            Claim("posts a second, 50 receivers", best, BOUND),
            Claim("posts a second, 50 receivers, the aim", best, AIM),
        ],
        (NOTE,),
    )


def _rounds(sitting: Sitting, *, pinned: bool) -> list[tuple[Run, float]]:
    with sitting.instance(pinned=pinned) as instance, sitting.load() as load:
        places = instance.places()
        open_receivers(load, places, RECEIVERS)
        watch = Stopwatch(instance.pid)
        load.post(places[0], Posting(WARM_UP, WINDOW))
        rounds: list[tuple[Run, float]] = []
        for _ in range(sitting.scale.rounds):
            watch.start()
            run = load.post(places[0], Posting(sitting.scale.posts, WINDOW, pace="answered"))
            rounds.append((run, run.messages / watch.used()))
        return rounds


def _row(rounds: list[tuple[Run, float]], rate: Measured, cores: str) -> list[str]:
    p50 = Measured([run.p50_ms for run, _ in rounds]).median
    p99 = Measured([run.p99_ms for run, _ in rounds]).median
    per_cpu = Measured([per_second for _, per_second in rounds])
    return [cores, rate.shown(), per_cpu.shown(), f"{p50:.1f} / {p99:.1f}"]
