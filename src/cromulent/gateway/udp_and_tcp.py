"""Taking a port on every address of the machine, for UDP or TCP: a domain knows no sockets."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from contextlib import suppress

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - browsers ask from anywhere, also where a proxy stands before the pages
BACKLOG = 1024

_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def bind_datagrams(port: int, addresses: Sequence[str]) -> list[socket.socket]:
    """A UDP socket for each address, all on one port (any free one for 0). Raises OSError.

    A machine without IPv6 is fine; a port that is taken on any of them is not.
    """
    return _bind(port, addresses, socket.SOCK_DGRAM)


def bind_listeners(port: int, addresses: Sequence[str]) -> list[socket.socket]:
    """The same for TCP, listening."""
    return _bind(port, addresses, socket.SOCK_STREAM)


def port_of(sockets: Sequence[socket.socket]) -> int:
    """The port that was taken."""
    return int(sockets[0].getsockname()[1])


def _bind(port: int, addresses: Sequence[str], kind: socket.SocketKind) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            with suppress(_FamilyMissing):
                sockets.append(_bound(port, address, kind))
                port = port_of(sockets)
    except OSError:
        for made in sockets:
            made.close()
        raise
    if not sockets:
        raise OSError("no address to listen on")
    return sockets


class _FamilyMissing(Exception):
    """The machine has no IPv6 (or no IPv4)."""


def _bound(port: int, address: str, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, kind)
    except OSError:
        raise _FamilyMissing from None
    try:
        made.setblocking(False)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:  # connections of before a restart that are still being wound up are no obstacle
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        if kind == socket.SOCK_STREAM:
            made.listen(BACKLOG)
    except OSError as error:
        made.close()
        if error.errno in _NO_SUCH_ADDRESS:
            raise _FamilyMissing from None
        raise
    return made
