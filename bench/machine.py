"""The machine of a sitting in general terms: nothing that names it."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

import msgspec

from bench.reference_servers import nginx_program, node_program
from tests.store.postgresql_server import program

WS_PACKAGE = Path(__file__).parents[1] / "web" / "node_modules" / "ws" / "package.json"
_VERSION = re.compile(r"\d+(\.\d+)+")
LIBRARIES = ("uvicorn", "uvloop", "websockets", "litestar", "msgspec", "sqlalchemy")
SYNCS = 100


class _Package(msgspec.Struct):
    version: str


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
        ("PostgreSQL", _version_of(program("postgres"), "--version")),
        *((name, version(name)) for name in LIBRARIES),
        ("Node, `ws`", f"{_version_of(node_program(), '--version')}, {_package_version(WS_PACKAGE)}"),
        ("nginx", _version_of(nginx_program(), "-v")),
        ("coturn", _version_of(Path("turnserver"), "--version")),
    ]


def _version_of(executable: Path, option: str) -> str:
    answer = subprocess.run([executable, option], capture_output=True, text=True, check=True)
    found = _VERSION.search(answer.stdout + answer.stderr)
    return found.group() if found else "unknown"


def _package_version(package: Path) -> str:
    return msgspec.json.decode(package.read_bytes(), type=_Package).version


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
