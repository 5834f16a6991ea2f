"""A real server in a process of its own: started, killed and started again by the tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

START_SECONDS = 30.0
CROMULENT = (sys.executable, "-m", "cromulent.cli")
PASSWORD = "correct horse battery"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port nobody has at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def create_administrator(data: Path, user_name: str) -> None:
    """Make a user in a data folder, as an operator does at the command line."""
    subprocess.run(
        [*CROMULENT, "admin", "create", user_name, "--password-stdin", "--data", str(data)],
        input=PASSWORD.encode(),
        check=True,
        capture_output=True,
        timeout=START_SECONDS,
    )


class ServerProcess:
    """`cromulent serve` on a data folder, with what it printed."""

    def __init__(
        self, data: Path, *, environment: dict[str, str] | None = None, arguments: tuple[str, ...] = ()
    ) -> None:
        self.data = data
        self.port = free_port()
        self.stun_port = free_port(socket.SOCK_DGRAM)
        self._environment = environment or {}
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._output = data.with_name(f"{data.name}.out")

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
        command = [*CROMULENT, "serve", "--port", str(self.port), *self._arguments]
        command += ["--data", str(self.data), "--stun-port", str(self.stun_port)]
        with self._output.open("ab") as output:
            environment = {**os.environ, **self._environment}
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
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

    def setup_link(self) -> str:
        """The one-time link that makes the first administrator."""
        found = re.search(r"https?://\S+/setup#\S+", self.output)
        assert found, f"no set-up link in:\n{self.output}"
        return found.group(0)

    def sign_in_links(self) -> list[str]:
        """The links `--demo` prints."""
        return re.findall(r"https?://\S+/enter#\S+", self.output)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"the server ended with {self._process.returncode}:\n{self.output}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError(f"the server was not ready in {START_SECONDS} s:\n{self.output}")
