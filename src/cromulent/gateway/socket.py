"""The server's side of one WebSocket, down to the bytes: prepared frames go to the transport without a detour.

Checked against uvicorn 0.54.0: `tests/gateway/test_socket.py` fails when another version is installed, so that what is
relied on here (`run_asgi`, `scope`, `transport`, `conn`, `close_sent`, `handle_ping`) is looked at again.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

EXTENSION = "cromulent.socket"
UNTAKEN_PONGS = 1024 * 1024
"""Bytes a peer may leave unsent before its pings are taken for an attack."""
PING = b"\x89\x00"
_TEXT = 0x81


def text_frame(payload: bytes) -> bytes:
    """One unmasked, final text frame (RFC 6455 §5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((_TEXT, size)) + payload
    if size < 65536:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


class GatewayProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which also hands itself to the application and remembers when it last heard a byte."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heard_at = self.loop.time()
        self.open = False

    async def run_asgi(self) -> None:
        self.scope["extensions"][EXTENSION] = self  # type: ignore[typeddict-unknown-key]
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)

    def handle_ping(self) -> None:
        """Answer, unless the peer asks and asks and does not take the answers: those would pile up without bound."""
        if self.transport.get_write_buffer_size() > UNTAKEN_PONGS:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        self.open = False
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        self.open = False
        super().handle_parser_exception()

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.open = False
        super().shutdown()

    def opened(self) -> None:
        """Raw writes are allowed from here (the handshake is done) until the close frame."""
        self.open = True

    def write(self, frames: bytes) -> None:
        """Put prepared frames on the wire, in order; nothing when the connection is closing."""
        if self.open:
            self.transport.write(frames)

    def unsent_bytes(self) -> int:
        """How much the peer has yet to take from us."""
        return self.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until the transport's buffer is below its high-water mark, or the connection is lost."""
        await self.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake; after `close_timeout` seconds without an answer the transport goes."""
        if not self.open:
            return
        self.open = False
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def forget_handshake(self) -> None:
        """Let go of the request's headers and scope: an idle connection keeps only what it needs."""
        del self.request, self.response
        self.scope.clear()  # type: ignore[attr-defined] - in place: every application on the way here holds on to it
