"""The server's side of one HTTP connection: uvicorn's, with the two limits it lacks."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cromulent.web.front_door import SECURITY_HEADERS

MAX_HEAD_BYTES = 64 * 1024
REQUEST_SECONDS = 20.0


def _refusal(status: bytes) -> bytes:
    """The answer to what is no request: without a body, with the headers every answer has."""
    headers = [*SECURITY_HEADERS, (b"content-length", b"0"), (b"connection", b"close")]
    return b"HTTP/1.1 %b\r\n%b\r\n" % (status, b"".join(b"%b: %b\r\n" % header for header in headers))


_TOO_LARGE = _refusal(b"431 Request Header Fields Too Large")
_MALFORMED = _refusal(b"400 Bad Request")


class BoundedHttp(HttpToolsProtocol):
    """What a request has beside its body may be so large, and the whole of it take so long to come; then the connection ends.

    Without that one client that sends headers for ever, before the body or behind it, fills the memory, and a thousand
    that send nothing hold all connections. A request that comes in one piece costs one comparison more.
    """

    request_seconds = REQUEST_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._incomplete = True
        self._body_came = False
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._begin_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_deadline()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self.transport.write(_MALFORMED)
        self.transport.close()

    def on_message_begin(self) -> None:
        self._incomplete = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        self._body_came = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._incomplete = False
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._incomplete = False
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        self._body_came = False
        super().data_received(data)
        if not self._incomplete:
            self._end_deadline()
            return
        self._begin_deadline()
        self._head_bytes = 0 if self._body_came else self._head_bytes + len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def _begin_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.request_seconds, self.transport.close)

    def _end_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
