"""Answers STUN on a UDP port that is handed in, at a bounded rate, for one address and for all."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass

from cromulent.kernel.clock import Clock
from cromulent.kernel.rate_limits import Limit, RateLimiter, TokenBucket
from cromulent.relay.stun_message import answer_binding

PER_ADDRESS = Limit(100, 10.0, burst=200)
"""A browser asks a few times a call; but a school shares one address."""
ALTOGETHER = Limit(5000, 1.0)


@dataclass(frozen=True, slots=True)
class StunLimits:
    """Datagrams looked at per address (IPv6: per /64), and altogether."""

    per_address: Limit = PER_ADDRESS
    altogether: Limit = ALTOGETHER


class StunServer:
    """Decides who gets an answer; `StunProtocol` is its hand on one socket."""

    def __init__(self, clock: Clock, limits: StunLimits | None = None) -> None:
        self._limits = limits or StunLimits()
        self._by_address = RateLimiter(self._limits.per_address, clock)
        self._altogether = TokenBucket(self._limits.altogether, clock)
        self.answered = 0
        self.dropped = 0

    def answer(self, datagram: bytes, address: str, port: int) -> bytes | None:
        """The answer to a datagram, or None."""
        if port == 0 or not self._by_address.take(payer_of(address)) or not self._altogether.take():
            self.dropped += 1
            return None
        answer = answer_binding(datagram, (address, port))
        if answer is None:
            self.dropped += 1
        else:
            self.answered += 1
        return answer


def payer_of(address: str) -> str:
    """Whose budget it is: a host with IPv6 has a whole /64 of addresses."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return found.packed[:8].hex()


class StunProtocol(asyncio.DatagramProtocol):
    """One UDP socket of the server."""

    def __init__(self, server: StunServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """The socket is ready."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Somebody asks."""
        answer = self._server.answer(data, addr[0], addr[1])
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)
