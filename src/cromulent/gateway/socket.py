"""The server's side of one WebSocket, down to the bytes: prepared frames go to the transport without a detour.

Checked against uvicorn 0.54.0: `tests/gateway/test_socket.py` fails when another version is installed, so that what is
relied on here (`run_asgi`, `scope`, `transport`, `conn`, `close_sent`, `writable`, `handle_ping`, `handle_events`) is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

EXTENSION = "cromulent.socket"
UNTAKEN_PONGS = 1024 * 1024
"""Bytes a peer may leave unsent before its pings are taken for an attack."""
PIECE_BYTES = 4096
"""What comes in one read is parsed in pieces of this size, so that a flood is noticed before all of it has been."""
FRAMES_AT_ONCE = 2000
FRAMES_PER_SECOND = 200
"""How many frames of any kind a peer may send; the limits of what it may ask for are far below."""
_NO_REQUEST = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
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


class Outlet(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> None:
        """Send, now or as soon as the peer takes it; in order."""
        ...


class Wire(Outlet, Protocol):
    """What takes bytes for the peer. A transport is one."""

    def get_write_buffer_size(self) -> int:
        """How many bytes the peer has yet to take."""
        ...


class _NoWire:
    """Where frames go that come before the handshake is done or after the close: nowhere."""

    def write(self, data: bytes, /) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


NO_WIRE = _NoWire()


def _tell_nobody() -> None:
    pass


class GatewayProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which also hands itself to the application and remembers when it last heard a byte."""

    __slots__ = ("_listener", "heard_at", "wire")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.heard_at: float = self.loop.time()
        self.wire: Wire = NO_WIRE
        self._listener: Callable[[], None] = _tell_nobody
        self._frames = 0.0
        self._counted_at = self.heard_at

    async def run_asgi(self) -> None:
        self.scope["extensions"][EXTENSION] = self  # type: ignore[typeddict-unknown-key] - our own key
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        for start in range(0, len(data), PIECE_BYTES):
            super().data_received(data[start : start + PIECE_BYTES])
            if self.transport.is_closing():
                return
        if not self.handshake_initiated:  # the request comes in one call; one with a header too long is just discarded
            self.transport.write(_NO_REQUEST)
            self.transport.close()

    def handle_events(self) -> None:
        """Take in what was parsed, unless it is a flood: parsing a million empty frames would take everybody's turn for seconds."""
        forgiven = (self.heard_at - self._counted_at) * FRAMES_PER_SECOND
        self._frames = max(0.0, self._frames - forgiven) + len(self.conn.events)
        self._counted_at = self.heard_at
        if self._frames > FRAMES_AT_ONCE:
            self.transport.abort()
        else:
            super().handle_events()

    def handle_ping(self) -> None:
        """Answer, unless the peer asks and asks and does not take the answers: those would pile up without bound."""
        if self.transport.get_write_buffer_size() > UNTAKEN_PONGS:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_close(self, event: Frame) -> None:
        self._use(NO_WIRE)
        super().handle_close(event)

    def handle_parser_exception(self) -> None:
        self._use(NO_WIRE)
        super().handle_parser_exception()

    def connection_lost(self, exc: Exception | None) -> None:
        self._use(NO_WIRE)
        self._listener = _tell_nobody
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._listener()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._listener()

    def shutdown(self) -> None:
        self._use(NO_WIRE)
        super().shutdown()

    @property
    def open(self) -> bool:
        """Whether raw writes are allowed: after the handshake, before the close frame."""
        return self.wire is not NO_WIRE

    @property
    def congested(self) -> bool:
        """Whether the transport holds more than its high-water mark: 64 KiB, with TLS 512 KiB."""
        return not self.writable.is_set()

    def opened(self) -> None:
        """The handshake is done: frames go to the transport from here on."""
        self._use(self.transport)

    def write(self, frames: bytes) -> None:
        """Put prepared frames on the wire, in order; nothing when the connection is closing."""
        self.wire.write(frames)

    def tell_of_changes(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever `wire` or `congested` has changed, until the connection is lost."""
        self._listener = listener

    async def drained(self) -> None:
        """Wait until the transport's buffer is below its high-water mark, or the connection is lost."""
        await self.writable.wait()

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake; after `close_timeout` seconds without an answer the transport goes."""
        if not self.open:
            return
        self._use(NO_WIRE)
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

    def _use(self, wire: Wire) -> None:
        self.wire = wire
        self._listener()
