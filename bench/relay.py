"""The built-in relay beside coturn: what passing a packet on costs, how long it takes, and how many can be passed on at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Claim, Measured, Section
from bench.relay_load import RelayRun
from bench.relay_servers import RelayServer, built_in, coturn
from bench.sitting import Sitting, Stopwatch
from bench.turn_lines import connected_pairs

PAIRS = 30
PER_SECOND = 3000
"""As many lines and packets as twenty people in five rooms have: each sends 50 a second to three others."""
IN_FLIGHT = 2
LEAST_RATE = 0.75
MOST_DELAY = 1.5
NAMES = {"built in": built_in, "coturn": coturn}
NOTE = (
    f"{2 * PAIRS} allocations by UDP, each with a channel to its peer at the same relay, packets of 100 bytes. First "
    f"{PER_SECOND:,} of them a second, the lines in turn: *µs* is the relay's processor time a packet, user and system, and the "
    f"delays are those of these packets. Then with {IN_FLIGHT} for each line under way, which is as many as the relay can pass "
    "on. Each relay has the first core to itself and is started anew for each round. The built-in one passes a packet on in "
    "memory; coturn sends it from one of its sockets to another, as it must where clients may be anywhere."
)
Start = Callable[[Path, frozenset[int], int], AbstractContextManager[RelayServer]]


@dataclass(frozen=True)
class Round:
    """One relay's runs, with its processor time a packet (µs)."""

    steady: RelayRun
    steady_cost: float
    full: RelayRun
    full_cost: float

    @property
    def per_second(self) -> float:
        """Packets passed on in a second of processor time."""
        return 1e6 / self.full_cost


def measure(sitting: Sitting) -> Section:
    """Both relays in turn, round by round."""
    rounds: dict[str, list[Round]] = {name: [] for name in NAMES}
    for _ in range(sitting.scale.rounds):
        for name, start in NAMES.items():
            rounds[name].append(_one_round(sitting, start))
    return Section(
        "The relay",
        (
            "relay",
            f"lost at {PER_SECOND:,} a second",
            "µs a packet",
            "p50 µs",
            "p99 µs",
            "packets per processor second",
            "of wall time",
            "load busy",
        ),
        [_row(name, listed) for name, listed in rounds.items()],
        _claims(rounds["built in"], rounds["coturn"]),
        (NOTE,),
    )


def _one_round(sitting: Sitting, start: Start) -> Round:
    seconds = sitting.scale.relay_seconds
    with start(sitting.new_folder(), sitting.cores.measured, PAIRS) as server:
        pairs = [server.pair(number) for number in range(PAIRS)]
        with connected_pairs(server.port, pairs) as lines, sitting.relay_load(lines, awake=True) as load:
            load.at_full_speed(seconds / 10, IN_FLIGHT)
            watch = Stopwatch(server.pid)
            watch.start()
            steady = load.at_rate(seconds, PER_SECOND)
            steady_cost = watch.used() / steady.received * 1e6
            watch.start()
            full = load.at_full_speed(seconds, IN_FLIGHT)
            return Round(steady, steady_cost, full, watch.used() / full.received * 1e6)


def _row(name: str, rounds: list[Round]) -> list[str]:
    return [
        name,
        f"{_lost(rounds):,} of {sum(one.steady.sent for one in rounds):,}",
        Measured([one.steady_cost for one in rounds]).shown(1),
        Measured([one.steady.p50_us for one in rounds]).shown(),
        Measured([one.steady.p99_us for one in rounds]).shown(),
        Measured([one.per_second for one in rounds]).shown(),
        Measured([one.full.received / one.full.seconds for one in rounds]).shown(),
        f"{Measured([one.full.busy_seconds / one.full.seconds for one in rounds]).median:.0%}",
    ]


def _claims(ours: list[Round], theirs: list[Round]) -> list[Claim]:
    return [
        Claim(f"packets lost at {PER_SECOND:,} a second", _lost(ours), 0, at_most=True),
        Claim(
            "packets per processor second, against coturn",
            _ratio(ours, theirs, lambda one: one.per_second),
            LEAST_RATE,
            "×",
            2,
        ),
        Claim(
            f"p99 delay at {PER_SECOND:,} packets a second, against coturn",
            _ratio(ours, theirs, lambda one: one.steady.p99_us),
            MOST_DELAY,
            "×",
            2,
            at_most=True,
        ),
    ]


def _lost(rounds: list[Round]) -> int:
    return sum(one.steady.lost for one in rounds)


def _ratio(ours: list[Round], theirs: list[Round], figure: Callable[[Round], float]) -> float:
    """Taken round by round."""
    return Measured([figure(one) / figure(other) for one, other in zip(ours, theirs, strict=True)]).median
