"""What the kernel says about a process: the processor time it has used, the memory it holds, the cores it may run on."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # counted from behind the name in parentheses, proc_pid_stat(5)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all its threads, and the processes it has started. Exact to a tick (10 ms)."""
    used = _ticks(pid) / _TICKS_PER_SECOND
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
    """Let all threads of a process run on these cores only; what it starts later inherits that."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), cores)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[_UTIME]) + int(fields[_STIME])


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
