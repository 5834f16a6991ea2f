"""The relay's lines: what comes on a socket goes in, and what the relay says goes out where it belongs."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import cast

from cromulent.kernel.clock import Clock
from cromulent.relay.allocations import Client
from cromulent.relay.framing import NotFramed, framed, take_frame
from cromulent.relay.relay import Relay
from cromulent.relay.stun_server import payer_of


@dataclass(frozen=True, slots=True)
class LineLimits:
    """Streams altogether and per address (IPv6: per /64); how long one may hold nothing; what may wait for a slow one.

    Sound that has waited behind so much is too old to be played: it is dropped, and its sender not slowed down.
    """

    streams: int = 4096
    streams_per_address: int = 1024
    idle_seconds: float = 15.0
    unsent_bytes: int = 64 * 1024


class RelayLines:
    """All sockets of one relay."""

    def __init__(self, relay: Relay, clock: Clock, limits: LineLimits | None = None) -> None:
        self._relay = relay
        self._clock = clock
        self._limits = limits or LineLimits()
        self._datagrams: dict[bool, asyncio.DatagramTransport] = {}
        self._streams: dict[Client, RelayStream] = {}
        self._by_address: Counter[str] = Counter()

    def take(self, data: bytes, client: Client) -> None:
        """Something has come from a client."""
        for to, message in self._relay.handle(data, client):
            self._send(message, to)

    def tick(self) -> None:
        """Let time have its effect; a stream that holds nothing for too long is closed."""
        self._relay.tick()
        oldest = self._clock.monotonic() - self._limits.idle_seconds
        for client, stream in tuple(self._streams.items()):
            if stream.opened_at <= oldest and not self._relay.holds(client):
                stream.close()

    def admit(self, host: str) -> bool:
        """Count one more stream from this address, from its first moment, if it is welcome; `dismiss` must follow."""
        payer, limits = payer_of(host), self._limits
        if self._by_address.total() >= limits.streams or self._by_address[payer] >= limits.streams_per_address:
            return False
        self._by_address[payer] += 1
        return True

    def dismiss(self, host: str) -> None:
        """A stream that was admitted is gone, or has come to nothing."""
        payer = payer_of(host)
        self._by_address[payer] -= 1
        if self._by_address[payer] <= 0:
            del self._by_address[payer]

    def datagrams_opened(self, transport: asyncio.DatagramTransport, *, ipv6: bool) -> None:
        """A UDP socket is ready."""
        self._datagrams[ipv6] = transport

    def stream_opened(self, client: Client, stream: RelayStream) -> None:
        """A TCP connection is there."""
        stream.opened_at = self._clock.monotonic()
        stream.unsent_bytes = self._limits.unsent_bytes
        self._streams[client] = stream

    def stream_closed(self, client: Client, stream: RelayStream) -> None:
        """A TCP connection is gone, and what it held with it."""
        if self._streams.get(client) is stream:
            del self._streams[client]
            self._relay.close(client)

    def _send(self, message: bytes, client: Client) -> None:
        if client.transport == "tcp":
            stream = self._streams.get(client)
            if stream is not None and not stream.send(message):
                self._relay.counts.late += 1
            return
        transport = self._datagrams.get(":" in client.host)
        if transport is not None and not transport.is_closing():
            transport.sendto(message, client.address)


class RelayDatagrams(asyncio.DatagramProtocol):
    """One UDP socket."""

    def __init__(self, lines: RelayLines, *, ipv6: bool) -> None:
        self._lines = lines
        self._ipv6 = ipv6

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        """The socket is ready."""
        self._lines.datagrams_opened(transport, ipv6=self._ipv6)

    def datagram_received(self, data: bytes, addr: tuple[str, int] | tuple[str, int, int, int]) -> None:
        """Somebody says something."""
        self._lines.take(data, Client("udp", addr))


class RelayStream(asyncio.Protocol):
    """One TCP connection, encrypted or not, that `RelayLines` has admitted from `host`."""

    def __init__(self, lines: RelayLines, host: str) -> None:
        self.opened_at = 0.0
        self.unsent_bytes = 0
        self._lines = lines
        self._host = host
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._client: Client | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        peer = transport.get_extra_info("peername")
        if peer is None:  # it is gone already
            transport.close()
            return
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not of that class, but of that kind
        self._client = Client("tcp", peer)
        self._lines.stream_opened(self._client, self)

    def data_received(self, data: bytes) -> None:
        """Bytes have come, in whatever pieces. After what is no message nothing can be made out: the end."""
        if self._client is None:
            return
        self._buffer += data
        try:
            while (frame := take_frame(self._buffer)) is not None:
                self._lines.take(frame, self._client)
        except NotFramed:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._lines.dismiss(self._host)
        if self._client is not None:
            self._lines.stream_closed(self._client, self)
            self._client = None

    def send(self, message: bytes) -> bool:
        """Send a message; False when so much is waiting that it was dropped."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return True
        if transport.get_write_buffer_size() > self.unsent_bytes:
            return False
        transport.write(framed(message))
        return True

    def close(self) -> None:
        """End it, without waiting for what is unsent."""
        self._buffer.clear()
        if self._transport is not None:
            self._transport.abort()
