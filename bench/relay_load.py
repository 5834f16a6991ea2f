"""The program in C that has packets relayed, as an object."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import msgspec

from bench.native import Programs
from bench.processes import pin
from bench.turn_lines import CHANNEL, TurnLine


class RelayRun(msgspec.Struct, frozen=True):
    """What became of the packets of one run. Delays are from the sending to the arrival at the other end, in microseconds."""

    seconds: float
    sent: int
    received: int
    p50_us: float
    p99_us: float
    max_us: float
    busy_seconds: float

    @property
    def lost(self) -> int:
        """Packets that had not come three seconds after the last one."""
        return self.sent - self.received


class RelayLoad:
    """Packets of 100 bytes over lines that are each other's peers. `awake` it takes all its core has."""

    def __init__(self, programs: Programs, cores: frozenset[int], lines: Sequence[TurnLine], *, awake: bool) -> None:
        numbers = [line.socket.fileno() for line in lines]
        for line in lines:
            line.socket.setblocking(True)
        self._process = subprocess.Popen(
            [
                str(programs.relay_load),
                *(["--awake"] if awake else []),
                str(CHANNEL),
                *map(str, numbers),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=numbers,
            text=True,
        )
        pin(self._process.pid, cores)

    def at_rate(self, seconds: float, per_second: float) -> RelayRun:
        """So many packets a second in all."""
        self.begin_at_rate(seconds, per_second)
        return self.ended()

    def at_full_speed(self, seconds: float, in_flight: int) -> RelayRun:
        """As many as come back, with `in_flight` for each line under way."""
        self._say(f"window {seconds} {in_flight}")
        return self.ended()

    def begin_at_rate(self, seconds: float, per_second: float) -> None:
        """The same as `at_rate`, without waiting; `ended` must follow."""
        self._say(f"rate {seconds} {per_second}")

    def ended(self) -> RelayRun:
        """Wait for the end of what was begun. Raises RuntimeError when nothing came through, or what was not sent."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the relay's load generator gave up")
        run = msgspec.json.decode(line, type=RelayRun)
        if not run.received:
            raise RuntimeError("the relay passed nothing on: there is nothing to measure")
        return run

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
