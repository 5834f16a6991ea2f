"""Fan-out: what one delivery costs the server, beside what a bare `send()` costs in C, over as many sockets with the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.figures import Claim, Measured, Section
from bench.instance import Instance
from bench.load import Load, Place, Posting, Run, SendLoop
from bench.sitting import Sitting, Stopwatch, open_receivers

WARM_UP = 20
"""Messages before the first round: a young TCP connection acknowledges at once, and the sender pays for that."""
EIGHT = 8
FIGURES_NOTE = (
    "*C loop* and *server* are deliveries per second of processor time (user and system, all threads), *ratio* is the second "
    "against the first, taken round by round. The loop calls `send()` once a delivery; the server also takes the requests, stores "
    "the messages and encodes them, and writes what is due to a connection at one moment as one piece."
)
DELAY_NOTE = (
    "The delay is from the sending of the request to the arrival of the frame; with several messages under way it contains the "
    "wait for all receivers of the ones before."
)


@dataclass(frozen=True)
class Mode:
    """How messages follow each other: so many under way, or at a fixed rate."""

    name: str
    in_flight: int
    at_fixed_rate: bool = False


MODES = (Mode("one in flight", 1), Mode("eight in flight", EIGHT), Mode("fixed rate", 64, at_fixed_rate=True))


@dataclass(frozen=True)
class Round:
    """One run of the loop and one of the server, one after the other. Deliveries are per processor second."""

    bare: float
    ours: float
    run: Run
    load_busy: float

    @property
    def ratio(self) -> float:
        """Ours against the bare loop, which is 1."""
        return self.ours / self.bare


Found = dict[tuple[int, str], list[Round]]
"""The rounds by number of receivers and name of the mode."""


@dataclass(frozen=True)
class Plan:
    """The numbers of one row."""

    mode: Mode
    receivers: int
    messages: int
    per_second: float


def measure(sitting: Sitting) -> Section:
    """All modes for all numbers of receivers."""
    rows: list[list[str]] = []
    found: Found = {}
    with sitting.instance() as instance, sitting.load() as load:
        places = instance.places()
        opened = 0
        for receivers in sitting.scale.receivers:
            open_receivers(load, places, receivers - opened)
            opened = receivers
            for plan, rounds in _measure_modes(sitting, instance, load, places[0], receivers):
                found[receivers, plan.mode.name] = rounds
                rows.append(_row(plan, rounds))
    return Section(
        "Fan-out",
        ("receivers", "messages", "C loop", "server", "ratio", "p50 / p99 ms", "load busy"),
        rows,
        _claims(found),
        notes=(FIGURES_NOTE, DELAY_NOTE),
    )


def _measure_modes(
    sitting: Sitting, instance: Instance, load: Load, place: Place, receivers: int
) -> list[tuple[Plan, list[Round]]]:
    load.post(place, Posting(WARM_UP, 1))
    frame = sitting.folder / "frame"
    load.save_frame(frame)
    found: list[tuple[Plan, list[Round]]] = []
    with sitting.send_loop(receivers, frame) as (loop, readers):
        _Bare(loop, readers).send(WARM_UP, 1)
        for mode in MODES:
            plan = _plan(sitting, mode, receivers)
            rounds = [
                _one_round(plan, _Bare(loop, readers), _Ours(instance, load, place))
                for _ in range(sitting.scale.rounds)
            ]
            found.append((plan, rounds))
    return found


def _plan(sitting: Sitting, mode: Mode, receivers: int) -> Plan:
    scale = sitting.scale
    if mode.at_fixed_rate:
        per_second = scale.fixed_rate / receivers
        return Plan(mode, receivers, max(round(per_second * scale.fixed_seconds), 2), per_second)
    messages = max(scale.deliveries // receivers, 2)
    return Plan(mode, receivers, -(-messages // mode.in_flight) * mode.in_flight, 0)


@dataclass(frozen=True)
class _Bare:
    loop: SendLoop
    readers: Load

    def per_cpu_second(self, plan: Plan) -> float:
        watch = Stopwatch(self.loop.pid)
        watch.start()
        run = self.send(plan.messages, 1 if plan.mode.at_fixed_rate else plan.mode.in_flight, plan.per_second)
        return run.deliveries / watch.used()

    def send(self, messages: int, in_flight: int, per_second: float = 0) -> Run:
        self.readers.expect(messages, in_flight)
        self.loop.run(messages, in_flight, per_second)
        return self.readers.counted()


@dataclass(frozen=True)
class _Ours:
    instance: Instance
    load: Load
    place: Place

    def per_cpu_second(self, plan: Plan) -> tuple[float, Run, float]:
        server = Stopwatch(self.instance.pid)
        server.start()
        run = self.load.post(self.place, Posting(plan.messages, plan.mode.in_flight, plan.per_second))
        return run.deliveries / server.used(), run, run.busy_seconds / run.seconds


def _one_round(plan: Plan, bare: _Bare, ours: _Ours) -> Round:
    bare_rate = bare.per_cpu_second(plan)
    our_rate, run, busy = ours.per_cpu_second(plan)
    return Round(bare_rate, our_rate, run, busy)


def _row(plan: Plan, rounds: list[Round]) -> list[str]:
    delays = (Measured([one.run.p50_ms for one in rounds]), Measured([one.run.p99_ms for one in rounds]))
    name = f"{plan.per_second:g} a second" if plan.mode.at_fixed_rate else plan.mode.name
    return [
        f"{plan.receivers:,}",
        name,
        Measured([one.bare for one in rounds]).shown(),
        Measured([one.ours for one in rounds]).shown(),
        f"**{Measured([one.ratio for one in rounds]).shown(2)}**",
        f"{delays[0].median:.1f} / {delays[1].median:.1f}",
        f"{Measured([one.load_busy for one in rounds]).median:.0%}",
    ]


def _claims(found: Found) -> list[Claim]:
    bounds = {(1000, "one in flight"): 0.6, (1000, "eight in flight"): 2.0}
    return [
        Claim(
            f"{mode}, {receivers:,} receivers, against the C loop",
            Measured([one.ratio for one in found[receivers, mode]]).median,
            bound,
            places=2,
            cause=_cost(found[receivers, mode]),
        )
        for (receivers, mode), bound in bounds.items()
        if (receivers, mode) in found
    ]


def _cost(rounds: list[Round]) -> str:
    """Where a delivery's processor time goes. What a message costs with few receivers says nothing here: its code is in the caches then."""
    ours, bare = (_microseconds(rounds, side) for side in ("ours", "bare"))
    return (
        f"a delivery costs {ours:.1f} µs, `send()` alone {bare:.1f}; the rest is the hand-over to the transport and the message's own "
        "(request, commit, encoding), which finds the processor's caches emptied by the receivers of the one before"
    )


def _microseconds(rounds: list[Round], side: Literal["ours", "bare"]) -> float:
    return 1e6 / Measured([getattr(one, side) for one in rounds]).median
