"""What the kernel says about a process: the processor time it has used, the memory it holds, the cores it may run on."""

from __future__ import annotations

import os
import resource
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CPUCLOCK_SCHED = 2


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all its threads (ended ones too), and the processes it has started.

    Read from the process's own clock as clock_getcpuclockid(3) finds it: the sum /proc tells in ticks of 10 ms, here in nanoseconds.
    """
    used = time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    return used + sum(cpu_seconds(child) for child in _children(pid))


def resident_kilobytes(pid: int) -> int:
    """The proportional set size (shared pages counted in part) of a process alone, in units of 1,000 bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 // 1000
    raise RuntimeError("the kernel does not tell the proportional set size")


def allow_many_files() -> None:
    """Raise the number of files this process, and those it starts, may have open, as far as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@dataclass(frozen=True)
class Cores:
    """Which core the measured process gets, and which the load."""

    measured: frozenset[int]
    load: frozenset[int]

    @property
    def are_apart(self) -> bool:
        """Whether the load cannot take time from what is measured."""
        return not self.measured & self.load


def share_cores() -> Cores:
    """The first core for what is measured and the others for the load; on a single core they share it."""
    cores = sorted(os.sched_getaffinity(0))
    return Cores(frozenset(cores[:1]), frozenset(cores[1:] or cores))


def pin(pid: int, cores: frozenset[int]) -> None:
    """Let all threads of a process, and of those it has started, run on these cores only; what they start later inherits that."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)
    for child in _children(pid):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            pin(child, cores)


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
