"""How a test starts `cromulent`: as an operator does, or forked from a process that has loaded everything.

Loading takes most of the second that a start costs, and the tests start servers by the hundred. What runs is the same.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Protocol

CROMULENT = (sys.executable, "-m", "cromulent.cli")
PRELOADED = ["cromulent.cli.app", "cromulent.cli.serve", "tests.browser.launching"]


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


def launch_alone(arguments: list[str], output: Path, environment: Mapping[str, str]) -> Launched:
    """Start `cromulent` in an interpreter of its own, which inherits whatever this thread is in; it prints into `output`."""
    with output.open("ab") as file:
        return subprocess.Popen([*CROMULENT, *arguments], stdout=file, stderr=subprocess.STDOUT, env=environment)


def launch_forked(arguments: list[str], output: Path, environment: Mapping[str, str]) -> Launched:
    """Start `cromulent` as a fork of what is loaded already; it prints into `output`."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_run, args=(arguments, output, dict(environment)))
    process.start()
    return _Forked(process)


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
        if self.poll() is None:
            os.kill(self.pid, sig)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("cromulent", timeout)
        return code


def _run(arguments: list[str], output: Path, environment: dict[str, str]) -> None:
    """In the fork: what `python -m cromulent.cli` does."""
    from cromulent.cli.app import main

    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with output.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["cromulent", *arguments]
    main()
