"""Ports of the loopback address: a free one, and waiting until a process listens on its own."""

from __future__ import annotations

import socket
import subprocess
import time

HOST = "127.0.0.1"
START_SECONDS = 30
PROBE_SECONDS = 0.05


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def is_listening(port: int) -> bool:
    """Whether a connection to the port is taken."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    """Return when the process takes connections. Raises RuntimeError when it ends instead, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_listening(port):
        if process.poll() is not None or time.monotonic() >= deadline:
            raise RuntimeError(f"{process.args} does not listen on its port")
        time.sleep(PROBE_SECONDS)
