"""References: our fan-out at one steady rate beside Node with `ws`, nginx with nchan, and the bare loop in C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Claim, Measured, Section
from bench.load import Posting, Run
from bench.reference_servers import ReferenceServer, nginx_with_nchan, node_ws
from bench.sitting import Sitting, Stopwatch, open_receivers

WARM_UP = 20
WINDOW = 64
LONG_HEADER, SHORT_HEADER, SHORT_PAYLOAD = 4, 2, 125
"""Bytes of a frame's header with a payload over `SHORT_PAYLOAD` bytes, and with one up to it (RFC 6455, 5.2)."""
MOST_DELAY = 1.5
OURS, LOOP, NODE, NGINX = "Cromulent", "C loop", "Node `ws`", "nginx, nchan"
NOTE = (
    "Every server is started anew for each round, has the first core to itself and as many receivers, and sends frames of the size "
    "ours have. The delay is from the sending of the request (for the loop: of the first frame) to the arrival at each receiver. "
    "Only ours knows who the receivers are, numbers what it sends, and has it on the disk before; the others pass on what they are given."
)


@dataclass(frozen=True)
class Round:
    """One run of one server. Deliveries are per second of its processor time."""

    per_cpu_second: float
    run: Run


@dataclass(frozen=True)
class Plan:
    """The same for every server. `frame` is a file with a frame of ours, there once ours has been measured."""

    receivers: int
    messages: int
    per_second: float
    frame: Path

    @property
    def frame_bytes(self) -> int:
        """The payload of that frame."""
        size = self.frame.stat().st_size
        return size - (SHORT_HEADER if size <= SHORT_PAYLOAD + SHORT_HEADER else LONG_HEADER)


Server = Callable[[Path, frozenset[int]], AbstractContextManager[ReferenceServer]]
Found = dict[str, list[Round]]


def measure(sitting: Sitting) -> Section:
    """One server after the other, and all of them again in each round."""
    plan = _plan(sitting)
    found: Found = {OURS: [], LOOP: [], NODE: [], NGINX: []}
    for _ in range(sitting.scale.rounds):
        for name, measured in _one_round(sitting, plan):
            found[name].append(measured)
    return Section(
        "References",
        ("server", "deliveries per processor second", "p50 ms", "p99 ms"),
        [_row(name, rounds) for name, rounds in found.items()],
        [_claim(found, plan)],
        notes=(f"{plan.receivers:,} receivers, {plan.per_second:g} messages a second. {NOTE}",),
    )


def _plan(sitting: Sitting) -> Plan:
    scale = sitting.scale
    per_second = scale.reference_rate / scale.reference_receivers
    messages = max(round(per_second * scale.reference_seconds), 2)
    return Plan(scale.reference_receivers, messages, per_second, sitting.folder / "reference-frame")


def _one_round(sitting: Sitting, plan: Plan) -> Iterator[tuple[str, Round]]:
    yield OURS, _ours(sitting, plan)
    yield LOOP, _loop(sitting, plan)
    yield NODE, _reference(sitting, plan, node_ws)
    yield NGINX, _reference(sitting, plan, nginx_with_nchan)


def _ours(sitting: Sitting, plan: Plan) -> Round:
    with sitting.instance() as instance, sitting.load() as load:
        places = instance.places()
        open_receivers(load, places, plan.receivers)
        load.post(places[0], Posting(WARM_UP, 1))
        watch = Stopwatch(instance.pid)
        watch.start()
        run = load.post(places[0], Posting(plan.messages, WINDOW, plan.per_second))
        measured = Round(run.deliveries / watch.used(), run)
        load.save_frame(plan.frame)
        return measured


def _loop(sitting: Sitting, plan: Plan) -> Round:
    with sitting.send_loop(plan.receivers, plan.frame) as (loop, readers):
        watch = Stopwatch(loop.pid)
        for messages, per_second in ((WARM_UP, 0), (plan.messages, plan.per_second)):
            watch.start()
            readers.expect(messages, 1)
            loop.run(messages, 1, per_second)
            run = readers.counted()
        return Round(run.deliveries / watch.used(), run)


def _reference(sitting: Sitting, plan: Plan, server: Server) -> Round:
    with server(sitting.new_folder(), sitting.cores.measured) as running, sitting.load() as load:
        load.open_listeners(running.port, plan.receivers)
        load.publish(running.port, Posting(WARM_UP, 1, characters=plan.frame_bytes))
        watch = Stopwatch(running.pid)
        watch.start()
        run = load.publish(running.port, Posting(plan.messages, WINDOW, plan.per_second, plan.frame_bytes))
        return Round(run.deliveries / watch.used(), run)


def _row(name: str, rounds: list[Round]) -> list[str]:
    return [
        name,
        Measured([one.per_cpu_second for one in rounds]).shown(),
        Measured([one.run.p50_ms for one in rounds]).shown(1),
        Measured([one.run.p99_ms for one in rounds]).shown(1),
    ]


def _claim(found: Found, plan: Plan) -> Claim:
    pairs = list(zip(found[OURS], found[NODE], strict=True))
    ratio = Measured([ours.run.p99_ms / node.run.p99_ms for ours, node in pairs])
    deliveries = plan.receivers * plan.per_second
    return Claim(
        f"p99 delay at {deliveries:,.0f} deliveries a second, against Node `ws`",
        ratio.median,
        MOST_DELAY,
        "×",
        2,
        at_most=True,
        cause=f"from round to round {ratio.shown(2)}",
    )
