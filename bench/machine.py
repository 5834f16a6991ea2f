"""The machine of a sitting in general terms: nothing that names it."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

LIBRARIES = ("uvicorn", "uvloop", "websockets", "litestar", "msgspec", "sqlalchemy")
SYNCS = 100


def describe_machine(folder: Path) -> list[tuple[str, str]]:
    """What a reader needs to compare: name and value. `folder` is where the data folders of the sitting are."""
    kernel = ".".join(platform.release().split("-")[0].split(".")[:2])
    return [
        ("processor", f"{_processor()}, {len(os.sched_getaffinity(0))} cores"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{platform.system()} {kernel}, {platform.machine()}"),
        (
            "one write that is on the disk (`fdatasync`)",
            f"{_sync_seconds(folder) * 1e6:,.0f} µs, the median of {SYNCS}",
        ),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("SQLite", sqlite3.sqlite_version),
        *((name, version(name)) for name in LIBRARIES),
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _sync_seconds(folder: Path) -> float:
    """How long the disk takes to keep a page for good: what a commit cannot be faster than."""
    seconds: list[float] = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            started = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - started)
    return median(seconds)
