"""One sitting: the machine as it is, how much is measured, and what every benchmark needs to start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.instance import Instance
from bench.load import Load, Place, SendLoop
from bench.native import Programs
from bench.processes import Cores, cpu_seconds


@dataclass(frozen=True)
class Scale:
    """How much is measured. `deliveries` and `fixed_rate` (deliveries a second) are for each run of the fan-out; `rounds` is
    how often a run is repeated."""

    rounds: int = 3
    receivers: tuple[int, ...] = (100, 1000, 5000)
    deliveries: int = 200_000
    fixed_rate: int = 10_000
    fixed_seconds: float = 6
    idle: int = 5000
    posts: int = 6000
    pages: int = 3000
    stalled_messages: int = 800


FULL = Scale()
QUICK = Scale(
    rounds=1,
    receivers=(100, 1000),
    deliveries=20_000,
    fixed_seconds=2,
    idle=500,
    posts=2000,
    pages=600,
    stalled_messages=800,
)
TINY = Scale(
    rounds=1,
    receivers=(4,),
    deliveries=40,
    fixed_rate=200,
    fixed_seconds=0.2,
    idle=8,
    posts=40,
    pages=20,
    stalled_messages=20,
)


class Sitting:
    """Everything is measured in one sitting, on the same machine in the same state."""

    def __init__(self, folder: Path, programs: Programs, cores: Cores, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self.cores = cores
        self._programs = programs
        self._numbers = count(1)

    @contextmanager
    def instance(self, *, pinned: bool = True) -> Iterator[Instance]:
        """A fresh server on a fresh data folder; not `pinned`, it may use every core."""
        cores = self.cores.measured if pinned else self.cores.measured | self.cores.load
        with Instance(self.folder / f"instance-{next(self._numbers)}", cores) as instance:
            yield instance

    @contextmanager
    def load(self) -> Iterator[Load]:
        """A load generator."""
        load = Load(self._programs, self.cores.load, awake=self.cores.are_apart)
        try:
            yield load
        finally:
            load.close()

    @contextmanager
    def send_loop(self, readers: int, frame: Path) -> Iterator[tuple[SendLoop, Load]]:
        """The yardstick and the readers it sends to."""
        with self.load() as load:
            loop = SendLoop(self._programs, self.cores.measured, readers, frame)
            try:
                load.open_plain(loop.port, readers)
                loop.wait_for_readers()
                yield loop, load
            finally:
                loop.close()


def open_receivers(load: Load, places: list[Place], more: int) -> float:
    """Open connections of all the users in turn, and return how many seconds that took."""
    shares = [len(range(user, more, len(places))) for user in range(len(places))]
    return sum(load.open_receivers(place, share).seconds for place, share in zip(places, shares, strict=True) if share)


@dataclass
class Stopwatch:
    """Processor time of one process between two moments."""

    pid: int
    started_at: float = 0

    def start(self) -> None:
        """From here on."""
        self.started_at = cpu_seconds(self.pid)

    def used(self) -> float:
        """Seconds of processor time since `start`; at least a tick, so that it can be divided by."""
        return max(cpu_seconds(self.pid) - self.started_at, 0.01)
