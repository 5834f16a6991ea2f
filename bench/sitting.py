"""One sitting: the machine as it is, how much is measured, and what every benchmark needs to start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser

from bench.chromium import chromium
from bench.instance import Instance
from bench.load import Load, Place, SendLoop
from bench.loopback import free_port
from bench.native import Programs
from bench.processes import Cores, cpu_seconds, pin
from bench.relay_load import RelayLoad
from bench.turn_lines import TurnLine
from tests.store.postgresql_server import PostgresqlServer

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ENGINES = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class PageScale:
    """The browser, how many messages it is shown over how many seconds, how often a page is loaded and a channel opened, and how
    many are in the call whose cost is measured."""

    program: str = "chromium"
    messages: int = 5000
    seconds: float = 6
    loads: int = 5
    callers: int = 4


@dataclass(frozen=True)
class Scale:
    """How much is measured. `deliveries` and `fixed_rate` (deliveries a second) are for each run of the fan-out; `rounds` is
    how often a run is repeated. `reference_rate` (deliveries a second) is what our delay and that of other servers are compared at."""

    rounds: int = 3
    receivers: tuple[int, ...] = (100, 1000, 5000)
    deliveries: int = 200_000
    fixed_rate: int = 10_000
    fixed_seconds: float = 6
    idle: int = 5000
    posts: int = 6000
    pages: int = 3000
    stalled_messages: int = 800
    reference_receivers: int = 1000
    reference_rate: int = 8000
    reference_seconds: float = 10
    relay_seconds: float = 10
    page: PageScale = PageScale()


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
    reference_seconds=3,
    relay_seconds=3,
    page=PageScale(messages=1000, seconds=2),
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
    reference_receivers=4,
    reference_rate=200,
    reference_seconds=0.2,
    relay_seconds=0.2,
    page=PageScale("chromium-headless-shell", messages=100, seconds=0.2, loads=1, callers=3),
)


class Sitting:
    """Everything is measured in one sitting, on the same machine in the same state.

    PostgreSQL does not run as root and cannot keep its data in `folder`, which is private: it makes a folder of its own in `disk`, by
    default where the system has temporary files.
    """

    def __init__(
        self, folder: Path, programs: Programs, cores: Cores, scale: Scale, *, disk: Path | None = None
    ) -> None:
        self.folder = folder
        self.scale = scale
        self.cores = cores
        self._disk = disk
        self._programs = programs
        self._numbers = count(1)

    @contextmanager
    def instance(self, *, pinned: bool = True) -> Iterator[Instance]:
        """A fresh server on a fresh data folder; not `pinned`, it may use every core."""
        cores = self.cores.measured if pinned else self.cores.measured | self.cores.load
        with Instance(self.new_folder(), cores) as instance:
            yield instance

    @contextmanager
    def instance_with_relay(self) -> Iterator[tuple[Instance, int]]:
        """A fresh server with its relay beside it on the first core, and the relay's port."""
        port = free_port()
        with Instance(self.new_folder(), self.cores.measured, voice_port=port) as instance:
            yield instance, port

    @contextmanager
    def instance_on(self, engine: str) -> Iterator[tuple[Instance, Stopwatch]]:
        """A fresh server on one of `ENGINES`, and the processor time of what stores and serves; all of it on the first core."""
        if engine == SQLITE:
            with self.instance() as instance:
                yield instance, Stopwatch(instance.pid)
            return
        with self._postgresql() as database:
            instance = Instance(self.new_folder(), self.cores.measured, database.new_database())
            with instance:
                yield instance, Stopwatch(instance.pid, database.pid)

    @contextmanager
    def _postgresql(self) -> Iterator[PostgresqlServer]:
        database = PostgresqlServer(durable=True, within=self._disk)
        database.make()
        try:
            pin(database.pid, self.cores.measured)
            yield database
        finally:
            database.close()

    def chromium(self, *more: str) -> AbstractContextManager[Browser]:
        """A running browser, started with these arguments too. Raises RuntimeError where it is not installed."""
        return chromium(self.scale.page.program, *more)

    def new_folder(self) -> Path:
        """The path of a folder that is not there yet, for one server."""
        return self.folder / f"server-{next(self._numbers)}"

    @contextmanager
    def load(self, *, awake: bool = True) -> Iterator[Load]:
        """A load generator; `awake` it takes all its cores have, so not beside a browser."""
        load = Load(self._programs, self.cores.load, awake=awake and self.cores.are_apart)
        try:
            yield load
        finally:
            load.close()

    @contextmanager
    def relay_load(self, lines: Sequence[TurnLine], *, awake: bool) -> Iterator[RelayLoad]:
        """What sends packets over these lines; `awake` as for `load`."""
        load = RelayLoad(self._programs, self.cores.load, lines, awake=awake and self.cores.are_apart)
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


class Stopwatch:
    """Processor time of one process, or of several together, between two moments."""

    def __init__(self, *pids: int) -> None:
        self._pids = pids
        self._started_at = 0.0

    def start(self) -> None:
        """From here on."""
        self._started_at = self._now()

    def used(self) -> float:
        """Seconds of processor time since `start`; at least a tick, so that it can be divided by."""
        return max(self._now() - self._started_at, 0.01)

    def _now(self) -> float:
        return sum(map(cpu_seconds, self._pids))
