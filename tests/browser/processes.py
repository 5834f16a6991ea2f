"""The processes of a browser, found by a switch only it was given, and those a server has started: nobody else's are touched."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def new_mark() -> str:
    """A switch no other browser has; Chromium ignores it."""
    return f"--test-browser={uuid.uuid4()}"


def marked_processes(mark: str) -> list[int]:
    """The browser that was started with `mark`, and all its descendants."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = {pid for pid in parents if mark.encode() in _command_line(pid)}
    assert found, "no browser with that mark is running"
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return sorted(found)


def children_of(parent: int, word: str) -> list[int]:
    """The processes another has started with this word in their command."""
    running = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    found = [int(path.name) for path in running if _parent(path) == parent]
    return [pid for pid in found if word.encode() in _command_line(pid)]


@contextmanager
def frozen(mark: str) -> Iterator[None]:
    """Stop every process of a browser for a while: its sockets stay open and nothing answers."""
    stopped = marked_processes(mark)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
