"""`/metrics` on a port of its own: for whoever watches the instance, not for whoever uses it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from cromulent.cli.listening import listen
from cromulent.kernel.metrics import CONTENT_TYPE

MAX_REQUEST_BYTES = 8 * 1024
PATIENCE_SECONDS = 5.0


def metrics_sockets(address: str) -> list[socket.socket]:
    """Sockets that listen at `host:port`; none for an empty address. Raises `Refusal`."""
    if not address:
        return []
    host, _, port = address.rpartition(":")
    return listen(host.strip("[]"), int(port))


@asynccontextmanager
async def metrics_port(sockets: Sequence[socket.socket], metrics: Callable[[], str]) -> AsyncGenerator[None]:
    """Answer `GET /metrics` on these sockets while the body runs."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, EOFError, asyncio.LimitOverrunError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_answer(head, metrics))
                await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(answer, sock=one, limit=MAX_REQUEST_BYTES) for one in sockets]
    try:
        yield
    finally:
        for server in servers:
            server.close()


def _answer(head: bytes, metrics: Callable[[], str]) -> bytes:
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if (method, path) != (b"GET", b"/metrics"):
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    body = metrics().encode()
    kind = f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}"
    return f"HTTP/1.1 200 OK\r\n{kind}\r\nConnection: close\r\n\r\n".encode() + body
