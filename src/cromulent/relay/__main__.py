"""The process of the built-in relay: nothing in it but the relay and the sockets it inherits; it ends when its input does.

Started by `gateway/relay_process.py` as `python -m cromulent.relay`.
"""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import sys
from contextlib import suppress

import uvloop

from cromulent.kernel.clock import SystemClock
from cromulent.relay.lines import RelayDatagrams, RelayLines, RelayStream
from cromulent.relay.orders import READY, Launch, Question, RelayTls, Report, Seated, as_line, read_launch, read_order
from cromulent.relay.relay import Relay
from cromulent.relay.rest_credentials import RestCredentials

TICK_SECONDS = 5.0
FIRST_BYTE_SECONDS = 10.0
HANDSHAKE_SECONDS = 10.0
CERTIFICATE_SECONDS = 6 * 3600.0
WAITING_BYTES = 1024 * 1024
"""What may wait on a UDP socket while the relay gets no processor, headers of the system included: some 2,700 packets of sound,
for the system doubles it where its administrator allows that much. Its own 208 KiB are full after 90 ms of twenty people."""
ACCEPT_RETRY_SECONDS = 1.0
_TLS_HANDSHAKE = b"\x16"
"""The content type that opens every TLS connection; no STUN message and no channel data begin so."""


async def serve() -> None:
    """Relay until the standard input ends."""
    orders = await _standard_input()
    launch = read_launch(await orders.readline())
    clock = SystemClock()
    relay = Relay(RestCredentials(launch.secret), clock)
    lines = RelayLines(relay, clock)
    work = await _open(launch, lines)
    _say(READY)
    while line := await orders.readline():
        match read_order(line):
            case Seated(user, room):
                relay.seat(user, room)
            case Question():
                _say(as_line(Report(relay.allocations, relay.counts)))
    for task in work:
        task.cancel()


def _say(line: bytes) -> None:
    """Tell the server. It is read there, or nothing is asked: the pipe does not fill."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    return reader


async def _open(launch: Launch, lines: RelayLines) -> list[asyncio.Task[None]]:
    for number in launch.datagrams:
        await _listen_for_datagrams(socket.socket(fileno=number), lines)
    context = None if launch.tls is None else ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    work = [asyncio.create_task(_tick(lines))]
    if context is not None and launch.tls is not None:
        context.load_cert_chain(launch.tls.certificate, launch.tls.key)
        work.append(asyncio.create_task(_keep_fresh(context, launch.tls)))
    listeners = [socket.socket(fileno=number) for number in launch.listeners]
    return work + [asyncio.create_task(_accept(one, lines, context)) for one in listeners]


async def _listen_for_datagrams(bound: socket.socket, lines: RelayLines) -> None:
    loop = asyncio.get_running_loop()
    ipv6 = bound.family == socket.AF_INET6
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WAITING_BYTES)
    await loop.create_datagram_endpoint(lambda: RelayDatagrams(lines, ipv6=ipv6), sock=bound)
    # uvloop sets it on every UDP socket; with it another process could bind the same port and take the traffic.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)


async def _tick(lines: RelayLines) -> None:
    while True:
        await asyncio.sleep(TICK_SECONDS)
        lines.tick()


async def _keep_fresh(context: ssl.SSLContext, files: RelayTls) -> None:
    """Take up a renewed certificate; a file that cannot be used changes nothing."""
    while True:
        await asyncio.sleep(CERTIFICATE_SECONDS)
        with suppress(OSError):
            context.load_cert_chain(files.certificate, files.key)


async def _accept(listener: socket.socket, lines: RelayLines, context: ssl.SSLContext | None) -> None:
    loop = asyncio.get_running_loop()
    opening: set[asyncio.Task[None]] = set()
    while True:
        try:
            accepted, address = await loop.sock_accept(listener)
        except OSError:  # too many files are open, or the peer has given up already
            await asyncio.sleep(ACCEPT_RETRY_SECONDS)
            continue
        if not lines.admit(address[0]):
            accepted.close()
            continue
        task = asyncio.create_task(_open_stream(accepted, address[0], lines, context))
        opening.add(task)
        task.add_done_callback(opening.discard)


async def _open_stream(accepted: socket.socket, host: str, lines: RelayLines, context: ssl.SSLContext | None) -> None:
    """Plain or encrypted, as the first byte says: so one port is enough for both."""
    loop = asyncio.get_running_loop()
    try:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        encrypted = context is not None and await _first_byte(accepted) == _TLS_HANDSHAKE
        await loop.connect_accepted_socket(
            lambda: RelayStream(lines, host),
            accepted,
            ssl=context if encrypted else None,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if encrypted else None,
        )
    except OSError:  # of which a TimeoutError and an SSLError are kinds: a stranger's trouble
        accepted.close()
        lines.dismiss(host)


async def _first_byte(accepted: socket.socket) -> bytes:
    """Look at the first byte and leave it there. Raises TimeoutError when none comes."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(accepted, readable.set)
    try:
        async with asyncio.timeout(FIRST_BYTE_SECONDS):
            await readable.wait()
    finally:
        loop.remove_reader(accepted)
    return accepted.recv(1, socket.MSG_PEEK)


def main() -> None:
    """Run the relay. Each stream is an open file, and the usual soft limit is 1,024; the hard one is the system's word."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(serve())


if __name__ == "__main__":
    main()
