"""The UDP port on which the instance answers STUN: opened here, because a domain knows no sockets."""

from __future__ import annotations

import asyncio
import socket

import structlog

from cromulent.gateway.udp_and_tcp import EVERYWHERE, bind_datagrams, port_of
from cromulent.kernel.clock import Clock
from cromulent.relay import StunProtocol, StunServer

log = structlog.get_logger(__name__)


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
        sockets = bind_datagrams(port, addresses)
    except OSError as error:
        log.warning("stun_port_not_opened", port=port, reason=error.strerror or str(error))
        return None
    server = StunServer(clock)
    transports = [await _listen(server, one) for one in sockets]
    number = port_of(sockets)
    log.info("stun_port_opened", port=number)
    return StunPort(server, number, transports)


async def _listen(server: StunServer, bound: socket.socket) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: StunProtocol(server), sock=bound)
    # uvloop sets it on every UDP socket; with it another process could bind the same port and take the traffic.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
    return transport
