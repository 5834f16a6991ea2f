"""Taking the TCP port before anything else is opened, so that a port in use costs one line and nothing more."""

from __future__ import annotations

import errno
import socket

from cromulent.cli.refusal import Refusal

BACKLOG = 2048


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen on every address `host` stands for, all on one port (any free one for 0). Raises `Refusal`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        raise Refusal(f"There is no address {host} to listen on (see --host).") from None
    sockets: list[socket.socket] = []
    for family, address in dict.fromkeys((entry[0], entry[4]) for entry in found):
        try:
            sockets.append(_listener(family, (address[0], port, *address[2:])))
        except OSError as error:
            for opened in sockets:
                opened.close()
            raise Refusal(_reason(error, host, port)) from None
        port = sockets[0].getsockname()[1]
    return sockets


def _listener(family: int, address: tuple[object, ...]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if address[0] == "::" else 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is for administrators of the system: choose one above 1023 with --port."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."
