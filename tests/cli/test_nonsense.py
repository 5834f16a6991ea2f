"""What anybody can send without being anybody: it is refused, and leaves nothing in the log."""

from __future__ import annotations

import json
import socket
import struct
from contextlib import closing
from pathlib import Path

from tests.cli.processes import Serving

HOST = b"Host: localhost\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\n" + KEY + b"Sec-WebSocket-Version: 13\r\n"
GATEWAY = b"GET /gateway HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n"
NO_TEXT = b"\x81\x82\x00\x00\x00\x00\xff\xfe"
RESET = struct.pack("ii", 1, 0)
"""`SO_LINGER` for a close that is a reset."""

NONSENSE = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a bad header": b"GET / HTTP/1.1\r\n" + HOST + b"a b: c\r\n\r\n",
    "an unknown method": b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n",
    "an unknown upgrade": b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "no key": GATEWAY.replace(KEY, b""),
    "an old version": GATEWAY.replace(b"Version: 13", b"Version: 8"),
    "too many headers": GATEWAY.replace(KEY, KEY + b"".join(b"X-%d: a\r\n" % n for n in range(300))),
    "not the gateway": GATEWAY.replace(b"/gateway", b"/%ff"),
    "a foreign origin": GATEWAY.replace(HOST, HOST + b"Origin: https://evil.example\r\n"),
    "text that is no text": GATEWAY + NO_TEXT,
    "text in pieces that is no text": GATEWAY + b"\x01\x81\x00\x00\x00\x00\xff" + b"\x80\x81\x00\x00\x00\x00\xff",
    "a frame without a mask": GATEWAY + b"\x81\x01x",
    "a frame of no kind": GATEWAY + b"\x83\x81\x00\x00\x00\x00x",
    "a close that says nothing": GATEWAY + b"\x88\x81\x00\x00\x00\x00x",
    "a chunk of no size": b"POST /api/v1/login HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}


def test_nonsense_is_refused_and_leaves_nothing_in_the_log(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        port = int(server.url.rpartition(":")[2])
        for nonsense in NONSENSE.values():
            assert answer_to(port, nonsense).startswith((b"HTTP/1.1 4", b"HTTP/1.1 101", b"HTTP/1.1 200"))
        for request in (GATEWAY, GATEWAY + NO_TEXT, NONSENSE["not the gateway"]):
            for _ in range(20):
                hang_up_after(port, request)
        assert answer_to(port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n").endswith(
            b'{"status":"ok"}'
        )
        assert server.end() == 0
    said = [line["event"] for line in map(json.loads, server.log) if line["level"] != "info"]
    assert [event for event in said if event != "voice_tick_late"] == []  # which only says that the machine is busy
    assert "127.0.0.1" not in "".join(server.log)


def answer_to(port: int, nonsense: bytes) -> bytes:
    """Everything the server says to it until it closes the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.sendall(nonsense)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    return answer


def hang_up_after(port: int, request: bytes) -> None:
    """Send it and be gone before an answer can have come."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.sendall(request)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
