"""The UDP port on which the instance answers STUN: opened here, because a domain knows no sockets."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress

import structlog

from cromulent.kernel.clock import Clock
from cromulent.voice import StunProtocol, StunServer

log = structlog.get_logger(__name__)
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - browsers ask from anywhere, also where a proxy stands before the pages


_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class StunPort:
    """An open port; `number` is what it got where 0 was asked for."""

    def __init__(self, server: StunServer, number: int, transports: list[asyncio.DatagramTransport]) -> None:
        self.server = server
        self.number = number
        self._transports = transports

    def close(self) -> None:
        """Stop answering."""
        for transport in self._transports:
            transport.close()


async def open_stun_port(port: int, clock: Clock, addresses: tuple[str, ...] = EVERYWHERE) -> StunPort | None:
    """Answer STUN on a UDP port of these addresses, IPv4 and IPv6 where the machine has them.

    None, with a warning in the log, when the port is taken: voice works without, between people who can reach each other.
    """
    try:
        sockets = _bind(port, addresses)
    except OSError as error:
        log.warning("stun_port_not_opened", port=port, reason=error.strerror or str(error))
        return None
    server = StunServer(clock)
    transports = [await _listen(server, one) for one in sockets]
    number = int(sockets[0].getsockname()[1])
    log.info("stun_port_opened", port=number)
    return StunPort(server, number, transports)


def _bind(port: int, addresses: tuple[str, ...]) -> list[socket.socket]:
    """One socket an address. A machine without IPv6 is fine; a port that is taken on any of them is not."""
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            with suppress(_FamilyMissing):
                made = _bound(port, address)
                sockets.append(made)
                port = port or int(made.getsockname()[1])
    except OSError:
        for made in sockets:
            made.close()
        raise
    if not sockets:
        raise OSError("no address to listen on")
    return sockets


class _FamilyMissing(Exception):
    """The machine has no IPv6 (or no IPv4)."""


def _bound(port: int, address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        made = socket.socket(family, socket.SOCK_DGRAM)
    except OSError:
        raise _FamilyMissing from None
    try:
        made.setblocking(False)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
    except OSError as error:
        made.close()
        if error.errno in _NO_SUCH_ADDRESS:
            raise _FamilyMissing from None
        raise
    return made


async def _listen(server: StunServer, bound: socket.socket) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: StunProtocol(server), sock=bound)
    # uvloop sets it on every UDP socket; with it another process could bind the same port and take the traffic.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return transport
