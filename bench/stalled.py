"""A stalled client: one that takes nothing of what it is sent must cost the others nothing."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Claim, Measured, Section
from bench.load import Posting, Run
from bench.sitting import Sitting, Stopwatch, open_receivers

RECEIVERS = 100
STALLED = 2
PER_SECOND = 150
CHARACTERS = 3800
CUT_OFF_SECONDS = 2
"""How long the stalled ones read at the end: they find what the buffers held and then that they were closed."""
MOST_DELAY = 1.25
"""How many times the usual delay is taken for noise."""
NOTE = (
    f"{RECEIVERS} receivers, {PER_SECOND} messages of {CHARACTERS:,} characters a second; {STALLED} more connections identify and then "
    "read nothing. The server cuts one off when what it has not taken passes 1 MiB beyond the buffers of the system."
)


@dataclass(frozen=True)
class Round:
    """The same run of messages without and with stalled clients, and the server's processor time a delivery in each (µs)."""

    without: Run
    with_stalled: Run
    cost_without: float
    cost_with: float
    cut_off: int


def measure(sitting: Sitting) -> Section:
    """Long messages at a fixed rate, so that what a stalled client does not take soon goes beyond every buffer."""
    rounds = [_one_round(sitting) for _ in range(sitting.scale.rounds)]
    cut_off = [one.cut_off for one in rounds]
    without, with_stalled = map(_p99, _runs(rounds))
    return Section(
        "A stalled client",
        ("", "p50 ms", "p99 ms", "processor µs a delivery"),
        [
            _row("nobody stalls", [(one.without, one.cost_without) for one in rounds]),
            _row(f"{STALLED} stall", [(one.with_stalled, one.cost_with) for one in rounds]),
        ],
        [
            Claim(
                "p99 delay of the others, stalled clients against none",
                with_stalled / without,
                MOST_DELAY,
                "×",
                2,
                at_most=True,
                cause=_changes(rounds),
            ),
            Claim("stalled clients cut off, of every round", min(cut_off), STALLED),
        ],
        (NOTE,),
    )


def _one_round(sitting: Sitting) -> Round:
    posting = Posting(sitting.scale.stalled_messages, 64, PER_SECOND, CHARACTERS)
    with sitting.instance() as instance, sitting.load() as load:
        places = instance.places()
        open_receivers(load, places, RECEIVERS)
        watch = Stopwatch(instance.pid)
        load.post(places[0], Posting(20, 1, characters=CHARACTERS))
        watch.start()
        without = load.post(places[0], posting)
        cost_without = watch.used() / without.deliveries * 1e6
        load.open_stalled(places[0], STALLED)
        watch.start()
        with_stalled = load.post(places[0], posting)
        cost_with = watch.used() / with_stalled.deliveries * 1e6
        return Round(without, with_stalled, cost_without, cost_with, load.resume_stalled(CUT_OFF_SECONDS))


def _changes(rounds: list[Round]) -> str:
    """What else says whether the others paid: if the median delay and the processor time did not move, they did not."""
    p50 = [Measured([run.p50_ms for run in runs]).median for runs in _runs(rounds)]
    cost = [
        Measured(costs).median for costs in ([one.cost_without for one in rounds], [one.cost_with for one in rounds])
    ]
    return f"p50 {p50[0]:.2f} → {p50[1]:.2f} ms, {cost[0]:.1f} → {cost[1]:.1f} µs of processor time a delivery"


def _runs(rounds: list[Round]) -> tuple[list[Run], list[Run]]:
    return [one.without for one in rounds], [one.with_stalled for one in rounds]


def _p99(runs: list[Run]) -> float:
    return Measured([run.p99_ms for run in runs]).median


def _row(name: str, runs: list[tuple[Run, float]]) -> list[str]:
    return [
        name,
        Measured([run.p50_ms for run, _ in runs]).shown(2),
        Measured([run.p99_ms for run, _ in runs]).shown(2),
        Measured([cost for _, cost in runs]).shown(1),
    ]
