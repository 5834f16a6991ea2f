"""One HTTP connection over a real socket: how large a request's head may be, and how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from cromulent.web import BoundedHttp, Receive, Scope, Send
from cromulent.web.front_door import SECURITY_HEADERS

pytestmark = pytest.mark.anyio
REQUEST = b"POST / HTTP/1.1\r\nhost: chat.test\r\ncontent-length: 2\r\n\r\n{}"


SLOW = REQUEST.replace(b"/", b"/slow", 1)


class Impatient(BoundedHttp):
    """As the real one, in a hurry."""

    request_seconds = 0.2


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says how much body came; on `/slow`, and to a WebSocket, it answers only when the deadline of a request is over."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await past_the_deadline()
        return await send({"type": "websocket.send", "text": "late"})
    if scope["path"] == "/slow":
        await past_the_deadline()
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    answer = str(len(body)).encode()
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def past_the_deadline() -> None:
    """Until a timer for twice the time has fired."""
    fired = asyncio.Event()
    asyncio.get_running_loop().call_later(Impatient.request_seconds * 2, fired.set)
    await fired.wait()


@pytest.fixture
async def address(anyio_backend: str) -> AsyncIterator[tuple[str, int]]:
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=30)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Impatient(config, state, {}), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()
    server.close()
    for connection in list(state.connections):
        connection.transport.abort()


async def talk(address: tuple[str, int], *pieces: bytes) -> bytes:
    """Send pieces, each on its own, and read until the server hangs up."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_request_in_one_piece_and_in_many_is_answered(address: tuple[str, int]) -> None:
    closing = REQUEST.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1)
    whole = await talk(address, closing)
    assert whole.startswith(b"HTTP/1.1 200")
    assert whole.endswith(b"\r\n\r\n2")
    in_pieces = await talk(address, *(closing[at : at + 7] for at in range(0, len(closing), 7)))
    assert in_pieces.endswith(b"\r\n\r\n2")


async def test_a_large_body_is_no_large_head(address: tuple[str, int]) -> None:
    body = b"x" * 500_000
    head = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 500000\r\n\r\n"
    assert (await talk(address, head + body)).endswith(b"500000")
    assert (await talk(address, head, body[:1], body[1:])).endswith(b"500000")


async def test_headers_without_end_end_the_connection(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impatient, "request_seconds", 60.0)  # it is not the deadline that ends it
    one_long = await talk(address, b"GET / HTTP/1.1\r\nx: ", *([b"y" * 10_000] * 20))
    many = await talk(address, b"GET / HTTP/1.1\r\n", *([b"name: value\r\n" * 1000] * 20))
    for answer in (one_long, many):
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    assert (await talk(address, REQUEST.replace(b"host", b"connection: close\r\nhost"))).endswith(b"2")


@pytest.mark.parametrize(
    "nonsense", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\nhost: a\r\n\r\n", b"\x16\x03\x01\x02\x00" * 4]
)
async def test_what_is_no_request_is_answered_with_the_headers_of_every_answer(
    address: tuple[str, int], nonsense: bytes
) -> None:
    answer = await talk(address, nonsense)
    assert answer.startswith(b"HTTP/1.1 400 ")
    for name, value in SECURITY_HEADERS:
        assert b"\r\n%b: %b\r\n" % (name, value) in answer
    assert answer.endswith(b"\r\n\r\n"), "it has no body"


async def test_trailers_without_end_end_the_connection(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are headers too, kept until the request is complete, and it is them that is waited for."""
    monkeypatch.setattr(Impatient, "request_seconds", 60.0)
    head = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    one_long = await talk(address, head + b"x: ", *([b"y" * 10_000] * 20))
    many = await talk(address, head, *([b"name: value\r\n" * 1000] * 20))
    for answer in (one_long, many):
        assert answer == b"" or answer.startswith(b"HTTP/1.1 431")
    closing = head.replace(b"host: a", b"host: a\r\nconnection: close")
    assert (await talk(address, closing + b"name: value\r\n\r\n")).endswith(b"2")


async def test_a_body_of_many_chunks_is_no_head(address: tuple[str, int]) -> None:
    head = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"2710\r\n" + b"x" * 10_000 + b"\r\n"
    assert (await talk(address, head, *([chunk] * 30), b"0\r\n\r\n")).endswith(b"300000")


@pytest.mark.parametrize("pieces", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\nhost: a\r\n",), (REQUEST[:-1],)])
async def test_a_request_that_does_not_come_ends_the_connection(address: tuple[str, int], pieces: Any) -> None:
    assert await talk(address, *pieces) == b""


async def test_the_second_request_of_a_connection_has_the_same_limits(address: tuple[str, int]) -> None:
    answer = await talk(address, REQUEST, b"GET / HTTP/1.1\r\nhost: a\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1
    answer = await talk(address, REQUEST, b"GET / HTTP/1.1\r\nx: ", *([b"y" * 10_000] * 20))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 200")


async def test_a_slow_answer_is_not_a_slow_request(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(SLOW)
    async with asyncio.timeout(10):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_a_websocket_is_no_request_that_takes_long(address: tuple[str, int]) -> None:
    upgrade = (
        b"GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection(*address)
    writer.write(upgrade)
    async with asyncio.timeout(10):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        assert await reader.readexactly(6) == b"\x81\x04late"
    writer.close()
