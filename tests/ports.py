"""Port numbers for what the tests start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that nobody has at this moment, for UDP or TCP, on any address."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("", 0))
            port = int(stream.getsockname()[1])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                try:
                    datagram.bind(("", port))
                except OSError:
                    continue
                return port
