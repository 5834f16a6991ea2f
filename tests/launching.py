"""How a test starts `cromulent`: as an operator does, or forked from a process that has loaded everything.

Loading takes most of the second that a start costs, and the tests start hundreds of them. What runs is the same.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

CROMULENT = (sys.executable, "-m", "cromulent.cli")
PRELOADED = [
    "tests.launching",
    "cromulent.cli.serve",
    "cromulent.cli.admin",
    "cromulent.cli.doctor.command",
    # What the libraries load when they are first used.
    "alembic.command",
    "litestar.plugins.pydantic",
    "typer._adapters",
    "tests.preloaded_routes",
]


class Launched(Protocol):
    """A program that was started; `subprocess.Popen` is one."""

    @property
    def pid(self) -> int:
        """Of the process."""
        ...

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        ...

    def send_signal(self, sig: int) -> None:
        """To this process and no other."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises subprocess.TimeoutExpired, in seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Streams:
    """The open files a program reads from and writes to."""

    stdin: IO[Any]
    stdout: IO[Any]
    stderr: IO[Any]


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: `cromulent` with these arguments, or another script in its place."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    script: Path | None = None

    @property
    def command(self) -> list[str]:
        """What a shell would be told."""
        start = CROMULENT if self.script is None else (sys.executable, str(self.script))
        return [*start, *self.arguments]


Launch = Callable[[Program, Streams], Launched]


def launch_alone(program: Program, streams: Streams) -> Launched:
    """Start a program in an interpreter of its own, which inherits whatever this thread is in."""
    return subprocess.Popen(
        program.command,
        stdin=streams.stdin,
        stdout=streams.stdout,
        stderr=streams.stderr,
        env=dict(program.environment),
    )


def launch_forked(program: Program, streams: Streams) -> Launched:
    """Start a program as a fork of what is loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    files = [_Inherited(stream.fileno()) for stream in (streams.stdin, streams.stdout, streams.stderr)]
    process = context.Process(target=_run, args=(program.arguments, dict(program.environment), program.script, files))
    process.start()
    return _Forked(process)


def launch_into(output: Path, program: Program, launch: Launch = launch_forked) -> Launched:
    """Start a program that reads nothing and adds all it says to a file."""
    with Path(os.devnull).open("rb") as nothing, output.open("ab") as file:
        return launch(program, Streams(nothing, file, file))


def run_forked(program: Program, *, read: str = "", seconds: float = 30.0) -> subprocess.CompletedProcess[str]:
    """Run a program that ends by itself and reads this. Raises subprocess.TimeoutExpired, the program being killed."""
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        stdin.write(read)
        stdin.seek(0)
        process = launch_forked(program, Streams(stdin, stdout, stderr))
        try:
            code = process.wait(seconds)
        finally:
            process.send_signal(signal.SIGKILL)
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(program.command, code, stdout.read(), stderr.read())


class _Inherited:
    """An open file that goes along to the new process; there it is its number."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _number_of, (DupFd(self._number),)


def _number_of(handed_over: Any) -> int:
    number: int = handed_over.detach()
    return number


class _Forked:
    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:  # so that it is still this process
            os.kill(self.pid, sig)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("cromulent", timeout)
        return code


def _run(arguments: tuple[str, ...], environment: dict[str, str], script: Path | None, files: list[int]) -> None:
    """In the fork: what `python -m cromulent.cli` does, or `python script`."""
    from cromulent.cli.app import main

    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["cromulent", *arguments]
    if script is None:
        main()
    else:
        runpy.run_path(str(script), run_name="__main__")
