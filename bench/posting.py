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
    f"A server pinned to one core. Plain text of 80 characters over {WINDOW} HTTP connections, one request under way on each; "
    f"{RECEIVERS} receivers. SQLite in WAL mode with "
    "`synchronous=FULL`: every answer comes after the commit is on the disk."
)


def measure(sitting: Sitting) -> Section:
    """Posts a second of a server that has one core, as fast as it answers."""
    rounds = _rounds(sitting)
    rate = Measured([run.messages / run.seconds for run, _ in rounds])
    per_cpu = Measured([per_second for _, per_second in rounds])
    cause = f"a post costs {1e6 / per_cpu.median:.0f} µs of processor time"
    return Section(
        "Posting",
        ("posts a second", "posts per processor second", "p50 / p99 ms to a receiver"),
        [[rate.shown(), per_cpu.shown(), _delays([run for run, _ in rounds])]],
        [
            Claim("posts a second, 50 receivers", rate.median, BOUND, cause=cause),
            Claim("posts a second, 50 receivers, the aim", rate.median, AIM, cause=cause),
        ],
        (NOTE,),
    )


def _rounds(sitting: Sitting) -> list[tuple[Run, float]]:
    with sitting.instance() as instance, sitting.load() as load:
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


def _delays(runs: list[Run]) -> str:
    return " / ".join(
        f"{Measured(values).median:.1f}" for values in ([run.p50_ms for run in runs], [run.p99_ms for run in runs])
    )
