"""`cromulent` as an operator starts it: processes with their output, free ports, and waiting for what they say."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from tests.launching import Launch, Program, Streams, launch_forked, run_forked

PASSWORD = "correct horse battery"
PATIENCE_SECONDS = 30.0
_LINK = re.compile(r"^https?://\S+/(?:setup|enter)#\S+$")


def run(*arguments: str, password: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    program = Program(arguments, {**os.environ, **environment})
    return run_forked(program, read="" if password is None else password + "\n", seconds=PATIENCE_SECONDS)


class Serving:
    """A running `cromulent serve`. Entering waits until it says where it is; leaving ends it."""

    def __init__(self, *arguments: str, launch: Launch = launch_forked, **environment: str) -> None:
        self.lines: list[str] = []
        self.log: list[str] = []
        self._heard: queue.Queue[str | None] = queue.Queue()
        serve = ("serve", "--port", "0", "--stun-port", "0", *arguments)
        (said, stdout), (logged, stderr) = _pipe(), _pipe()
        with Path(os.devnull).open() as nothing, stdout, stderr:
            self._process = launch(Program(serve, {**os.environ, **environment}), Streams(nothing, stdout, stderr))
        self._readers = [
            threading.Thread(target=self._listen, args=(said, self._heard.put)),
            threading.Thread(target=self._listen, args=(logged, self.log.append)),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Serving:
        self.wait_for("Cromulent runs at")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        self._finish()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it says it is."""
        return next(line.split()[-1] for line in self.lines if line.startswith("Cromulent runs at"))

    def links(self, count: int) -> list[str]:
        """The links it prints, when it has printed so many."""
        while len(found := [line for line in self.lines if _LINK.match(line)]) < count:
            self._hear()
        return found

    def wait_for(self, text: str) -> None:
        """Until a line with this text was printed."""
        while not any(text in line for line in self.lines):
            self._hear()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit code."""
        self._process.send_signal(how)
        return self._finish()

    def _hear(self) -> None:
        line = self._heard.get(timeout=PATIENCE_SECONDS)
        if line is None:
            raise AssertionError(f"it ended with {self._process.wait()}:\n{self.lines}\n{self.log}")
        self.lines.append(line.rstrip("\n"))

    def _listen(self, stream: IO[str], tell: Callable[[str | None], None]) -> None:
        for line in stream:
            tell(line)
        if tell == self._heard.put:
            tell(None)
        stream.close()

    def _finish(self) -> int:
        code = self._process.wait(PATIENCE_SECONDS)
        for reader in self._readers:
            reader.join()
        while (line := self._heard.get()) is not None:
            self.lines.append(line.rstrip("\n"))
        self._heard.put(None)
        return code


def _pipe() -> tuple[IO[str], IO[str]]:
    """The end to read from and the end to write to."""
    read, write = os.pipe()
    return os.fdopen(read), os.fdopen(write, "w")


def only_line(text: str) -> str:
    """The one line of an output; fails when there are more."""
    lines: Sequence[str] = text.splitlines()
    assert len(lines) == 1, text
    return lines[0]


def contents(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}
