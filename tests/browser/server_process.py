"""A real server in a process of its own: started, killed and started again by the tests."""

from __future__ import annotations

import os
import re
import signal
import ssl
import time
import urllib.request
from pathlib import Path

from tests.launching import Launched, Program, launch_alone, launch_forked, launch_into, run_forked
from tests.ports import free_port

START_SECONDS = 30.0
PASSWORD = "correct horse battery"


def create_administrator(data: Path, user_name: str) -> None:
    """Make a user in a data folder, as an operator does at the command line."""
    arguments = ("admin", "create", user_name, "--password-stdin", "--data", str(data))
    run_forked(Program(arguments, os.environ), read=PASSWORD).check_returncode()


class ServerProcess:
    """`cromulent serve` on a data folder, with what it printed."""

    def __init__(
        self, data: Path, *, environment: dict[str, str] | None = None, arguments: tuple[str, ...] = ()
    ) -> None:
        self.data = data
        self.port = free_port()
        self.stun_port = free_port()
        self._environment = environment or {}
        self._arguments = arguments
        self._process: Launched | None = None
        self._output = data.with_name(f"{data.name}.out")

    @property
    def pid(self) -> int:
        """The process, while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://localhost:{self.port}"

    @property
    def output(self) -> str:
        """Everything it has printed so far, over all its lives."""
        return self._output.read_text(errors="replace") if self._output.exists() else ""

    def start(self) -> None:
        """Start it and wait until it is ready to serve."""
        self._process = self._launch(Program(self._serve_arguments(), {**os.environ, **self._environment}))
        self._wait_until_ready()

    def kill(self) -> None:
        """SIGKILL: no goodbye, no flush."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator would."""
        self._end(signal.SIGTERM)

    def restart_after_kill(self) -> None:
        """Kill it and start it again on the same data folder and port."""
        self.kill()
        self.start()

    def restart_with(self, environment: dict[str, str]) -> None:
        """Stop it and start it again on the same data folder and port: another release, for one, by its `PYTHONPATH`."""
        self.stop()
        self._environment = environment
        self.start()

    def setup_link(self) -> str:
        """The one-time link that makes the first administrator."""
        found = re.search(r"https?://\S+/setup#\S+", self.output)
        assert found, f"no set-up link in:\n{self.output}"
        return found.group(0)

    def sign_in_links(self) -> list[str]:
        """The links `--demo` prints."""
        return re.findall(r"https?://\S+/enter#\S+", self.output)

    def _launch(self, program: Program) -> Launched:
        """Another release (`PYTHONPATH`) is not what is loaded already."""
        return launch_into(self._output, program, launch_alone if "PYTHONPATH" in self._environment else launch_forked)

    def _serve_arguments(self) -> tuple[str, ...]:
        own = ("--port", str(self.port), "--data", str(self.data), "--stun-port", str(self.stun_port))
        return ("serve", *own, *self._arguments)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if (code := self._process.poll()) is not None:
                raise AssertionError(f"the server ended with {code}:\n{self.output}")
            if self._is_ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"the server was not ready in {START_SECONDS} s:\n{self.output}")

    def _is_ready(self) -> bool:
        """Whether it says so itself; whose certificate it shows is not the question."""
        anybody = ssl._create_unverified_context() if self.url.startswith("https:") else None
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1, context=anybody):
                return True
        except OSError:
            return False
