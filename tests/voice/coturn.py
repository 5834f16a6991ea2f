"""A real coturn on free loopback ports, for tests that need a relay."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aioice import stun

from tests.ports import free_port

START_SECONDS = 10.0
PROBE_SECONDS = 0.1
RELAY_PORTS = 200
HOST = "127.0.0.1"


class Coturn:
    """One relay. It may be killed and started again on the same ports, as a machine that reboots does.

    Without `passes_on` it gives out addresses and passes nothing between them.
    """

    def __init__(self, folder: Path, secret: str | None = None, *, passes_on: bool = True) -> None:
        self._passes_on = passes_on
        self.secret = secret or secrets.token_hex(16)
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """For `CROMULENT_TURN_URL`: UDP and TCP."""
        return f"turn:{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes a server hand out this relay."""
        return {
            "CROMULENT_TURN_PROVIDER": "coturn",
            "CROMULENT_TURN_URL": self.url,
            "CROMULENT_TURN_SECRET": self.secret,
        }

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written so far."""
        path = self._folder / "coturn.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError, with its log, when it does not."""
        program = shutil.which("turnserver")
        if program is None:
            raise RuntimeError("coturn is not installed: apt-get install coturn")
        configuration = self._write_configuration()
        self._process = subprocess.Popen(
            [program, "-c", configuration], cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + START_SECONDS
        while not answers(HOST, self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"coturn does not answer on port {self.port}:\n{self.log}")

    def kill(self) -> None:
        """End it without a word to anybody."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _write_configuration(self) -> Path:
        """The file has the secret in it, and so only its owner may read it. coturn expands no variables."""
        first, last = self._relay_ports()
        path = self._folder / "turnserver.conf"
        lines = [
            f"listening-ip={HOST}",
            f"listening-port={self.port}",
            f"relay-ip={HOST}",
            f"min-port={first}",
            f"max-port={last}",
            "realm=cromulent.test",
            "use-auth-secret",
            f"static-auth-secret={self.secret}",
            "fingerprint",
            "no-tls",
            "no-dtls",
            "no-tcp-relay",
            "no-multicast-peers",
            *(["allow-loopback-peers"] if self._passes_on else []),
            "no-cli",
            f"cli-password={secrets.token_hex(8)}",
            f"userdb={self._folder / 'turndb'}",
            f"pidfile={self._folder / 'coturn.pid'}",
            f"log-file={self._folder / 'coturn.log'}",
            "simple-log",
            "no-stdout-log",
            "verbose",
        ]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join([*lines, ""]))
        return path

    def _relay_ports(self) -> tuple[int, int]:
        """A range of its own for each relay of a machine: chosen by its listening port, away from where that was found."""
        first = 10_000 + self.port % 80 * RELAY_PORTS
        return first, first + RELAY_PORTS - 1


def answers(host: str, port: int) -> bool:
    """Whether a STUN server answers there at this moment."""
    request = bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PROBE_SECONDS)
        asking.connect((host, port))
        try:
            asking.send(request)
            return stun.parse_message(asking.recv(2048)).message_class is stun.Class.RESPONSE
        except (TimeoutError, OSError, ValueError):
            return False


@contextmanager
def running_coturn(folder: Path, secret: str | None = None, *, passes_on: bool = True) -> Iterator[Coturn]:
    """A relay for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    relay = Coturn(folder, secret, passes_on=passes_on)
    relay.start()
    try:
        yield relay
    finally:
        relay.kill()
