"""Real sockets through a real uvicorn: the upgrade, the bytes, the closes, and who pays for a stalled client."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.http11 import Response

from cromulent.gateway import GatewayLimits, keep_alive
from cromulent.gateway import socket as socket_module
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.socket import FRAMES_AT_ONCE
from tests.gateway.listening_server import Client, ListeningServer, QuickProtocol
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop of the real server."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def limits() -> GatewayLimits:
    """The real limits, but for fewer connections."""
    return GatewayLimits(connections_per_user=3)


@pytest.fixture
async def server(tmp_path: Path, limits: GatewayLimits, anyio_backend: object) -> AsyncIterator[ListeningServer]:
    """A gateway on a port."""
    made = ListeningServer(tmp_path / "cromulent.db", limits)
    await made.start()
    yield made
    await made.stop()


def test_uvicorn_is_the_version_our_protocol_class_was_checked_with() -> None:
    assert version("uvicorn") == "0.54.0"
    wanted = (
        "run_asgi",
        "data_received",
        "handle_events",
        "handle_ping",
        "handle_close",
        "handle_parser_exception",
        "connection_lost",
        "pause_writing",
        "resume_writing",
        "shutdown",
    )
    assert [name for name in wanted if not callable(getattr(WebSocketsSansIOProtocol, name, None))] == []


async def test_from_the_upgrade_to_live_and_back(server: ListeningServer) -> None:
    channel = await server.stage.add_channel()
    ann, token = await server.log_in("ann")
    async with server.client(token) as client:
        assert (await client.hear())["op"] == "hello"
        ready = await client.hear()
        assert (ready["op"], ready["user"]["id"]) == ("ready", ann.user.id)
        await server.stage.post(ann, channel, "ünïcode 😀 " + "x" * 70_000)
        assert (await client.hear())["d"]["message"]["text"].startswith("ünïcode 😀 x")
        await client.say({"op": "command", "ref": 1, "t": "ping", "d": {}})
        assert await client.hear() == {"op": "reply", "ref": 1, "d": {}}
        assert len(server.opened) == 1
    await until(lambda: server.closed == server.opened, "the close")
    assert list(server.stage.hub.connections()) == []


async def test_an_idle_connection_keeps_nothing_of_its_request(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        assert server.scopes == [{}]


async def test_a_cursor_resumes_over_a_real_socket(server: ListeningServer) -> None:
    channel = await server.stage.add_channel()
    ann, token = await server.log_in("ann")
    async with server.client(token) as client:
        cursor = (await client.hear_until("ready"))["cursor"]
    for number in range(450):
        await server.stage.post(ann, channel, f"{number}")
    async with server.client(token, cursor) as client:
        assert (await client.hear_until("resumed"))["cursor"] == cursor
        seqs = [(await client.hear())["seq"] for _ in range(450)]
    assert seqs == list(range(2, 452))


async def test_who_comes_with_the_cursor_of_another_user_starts_afresh(server: ListeningServer) -> None:
    ann, token = await server.log_in("ann")
    ben, his_token = await server.log_in("ben")
    async with server.client(token) as client:
        cursor = (await client.hear_until("ready"))["cursor"]
    async with server.client(token, cursor, ann.user.id) as client:
        assert (await client.hear_until("resumed"))["cursor"] == cursor
    async with server.client(his_token, cursor, ann.user.id) as client:
        assert (await client.hear_until("ready"))["user"]["id"] == ben.user.id


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://[", "https://chat.example.evil.example"]
)
async def test_a_foreign_origin_is_refused_before_the_upgrade(server: ListeningServer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with server.socket(origin=origin):
            pass
    assert_problem(refused.value.response, 403, "cross_site_request")
    assert server.opened == []


def assert_problem(response: Response, status: int, code: str) -> None:
    """A refused upgrade is answered as any other request."""
    problem = json.loads(response.body or b"")
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["detail"].endswith(".")
    wanted = {
        "content-type": "application/problem+json",
        "content-length": str(len(response.body or b"")),
        "x-request-id": problem["request_id"],
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    assert {name: response.headers[name] for name in wanted} == wanted


async def test_its_own_and_an_allowed_origin_get_in(server: ListeningServer) -> None:
    here = server.uri.replace("ws:", "http:").removesuffix("/gateway")
    for origin in (here, "https://chat.example"):
        async with server.socket(origin=origin) as raw:
            assert (await Client(raw).hear())["op"] == "hello"


async def test_a_token_in_the_address_is_refused(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    with pytest.raises(InvalidStatus) as refused:
        async with server.socket(query=f"?token={token}"):
            pass
    assert_problem(refused.value.response, 400, "token_in_url")


async def test_a_cookie_is_enough_for_a_browser(server: ListeningServer) -> None:
    ann, token = await server.log_in("ann")
    async with server.socket(cookie=f"session={token}") as raw:
        client = Client(raw)
        await client.identify(None)
        assert (await client.hear_until("ready"))["user"]["id"] == ann.user.id


async def test_a_bad_token_does_not_get_in(server: ListeningServer) -> None:
    async with server.client("no such token") as client:
        assert await client.closed() == (CloseCode.NOT_AUTHENTICATED, "not_authenticated")


@pytest.mark.parametrize("limits", [GatewayLimits(identify_seconds=0.3)])
async def test_silence_instead_of_identify_is_closed(server: ListeningServer) -> None:
    async with server.socket() as raw:
        assert await Client(raw).closed() == (CloseCode.IDENTIFY_TIMEOUT, "identify_timeout")


async def test_a_failure_in_the_handshake_is_an_internal_error(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    server.fail_next_identify = True
    async with server.client(token) as client:
        assert await client.closed() == (CloseCode.INTERNAL_ERROR, "internal_error")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", CloseCode.MALFORMED_FRAME),
        (b"{}", CloseCode.MALFORMED_FRAME),
        ("x" * 70_000, CloseCode.FRAME_TOO_LARGE),
        ("x" * 300_000, 1009),
    ],
    ids=["malformed", "binary", "oversize", "enormous"],
)
async def test_a_bad_frame_closes_its_own_connection_only(
    server: ListeningServer, frame: str | bytes, code: int
) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client, server.client(token) as other:
        await client.hear_until("ready")
        await other.hear_until("ready")
        await client.raw.send(frame)
        assert (await client.closed())[0] == code
        await other.say({"op": "command", "ref": 1, "t": "ping"})
        assert await other.hear() == {"op": "reply", "ref": 1, "d": {}}
    await until(lambda: len(server.closed) == 2, "the closes")


async def test_a_frame_in_fragments_is_one_frame(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        await client.raw.send(['{"op":"command",', '"ref":5,', '"t":"ping"}'])
        assert await client.hear() == {"op": "reply", "ref": 5, "d": {}}


async def test_a_clients_ping_is_answered_between_raw_writes(server: ListeningServer) -> None:
    channel = await server.stage.add_channel()
    ann, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        pong = await client.raw.ping()
        await server.stage.post(ann, channel)
        async with asyncio.timeout(5):
            await pong
        assert (await client.hear())["t"] == "message.posted"


async def test_too_many_connections_of_one_user_even_at_once(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    sockets = await asyncio.gather(*(server.socket() for _ in range(8)))
    clients = [Client(raw) for raw in sockets]
    await asyncio.gather(*(client.identify(token) for client in clients))
    await until(lambda: sum(raw.close_code is not None for raw in sockets) == 5, "the refusals")
    assert {raw.close_code for raw in sockets} == {None, CloseCode.TOO_MANY_CONNECTIONS}
    assert len(server.opened) == 3
    for raw in sockets:
        await raw.close()


async def test_a_client_that_vanishes_is_forgotten_with_what_it_asked_for(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        await client.say({"op": "command", "ref": 1, "t": "wait"})
        client.raw.transport.abort()
        await until(lambda: server.closed, "the loss")
    assert list(server.stage.hub.connections()) == []
    assert len(asyncio.all_tasks()) < 10


async def test_a_stalled_client_is_closed_and_costs_the_others_nothing(server: ListeningServer) -> None:
    channel = await server.stage.add_channel()
    ann, token = await server.log_in("ann")
    _, bens_token = await server.log_in("ben")
    async with stalled_socket(server, bens_token), server.client(token) as fine:
        await fine.hear_until("ready")
        await until(lambda: len([c for c in server.stage.hub.connections() if c.is_live]) == 2, "both live")
        posted = 0
        while not any(connection.user_id != ann.user.id for connection in server.closed):
            await server.stage.post(ann, channel, "x" * 30_000)
            posted += 1
            assert (await fine.hear())["seq"] == posted + 2
            assert posted < 500
        assert [c.user_id for c in server.stage.hub.connections()] == [ann.user.id]
        await until(lambda: server.sockets_open() == 1, "giving up the closing handshake")
        await server.stage.post(ann, channel, "goes on")
        assert (await fine.hear())["d"]["message"]["text"] == "goes on"


async def test_a_close_is_finished_though_a_command_was_still_unread(
    server: ListeningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await server.stage.add_channel()
    ann, token = await server.log_in("ann")
    monkeypatch.setattr(QuickProtocol, "patience_seconds", 20.0)
    server.stage.database.writer.publish = lambda rows: None  # from here on nobody goes live
    await server.stage.post(ann, channel)
    async with server.client(token) as client:
        await client.hear_until("ready")
        for ref in range(3):
            await client.say({"op": "command", "ref": ref, "t": "ping"})
        await until(lambda: server.reading_is_paused(), "the unread command")
        server.stage.hub.close_login_session(ann.login_session_id, ann.user.id)
        assert (await client.closed())[0] == CloseCode.LOGIN_SESSION_ENDED
    server.stage.hub.publish(await server.stage.rows())


class stalled_socket:  # noqa: N801 - used like a function
    """A client that identifies itself and never reads another byte."""

    def __init__(self, server: ListeningServer, token: str) -> None:
        self._server = server
        self._token = token

    async def __aenter__(self) -> Client:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        port = int(self._server.uri.rpartition(":")[2].split("/")[0])
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        self._client = await self._server.socket_on(raw)
        await Client(self._client).identify(self._token)
        await Client(self._client).hear_until("ready")
        self._client.transport.pause_reading()
        return Client(self._client)

    async def __aexit__(self, *_: object) -> None:
        self._client.transport.abort()


async def test_pings_keep_who_answers_and_find_who_does_not(tmp_path: Path) -> None:
    limits = GatewayLimits(ping_seconds=0.05, silence_seconds=0.5)
    server = ListeningServer(tmp_path / "pinging.db", limits)
    await server.start()
    looking = asyncio.create_task(keep_alive(server.stage.hub, every_seconds=0.02))
    _, token = await server.log_in("ann")
    _, bens_token = await server.log_in("ben")
    async with server.client(token) as answers, stalled_socket(server, bens_token):
        await answers.hear_until("ready")
        await until(lambda: server.closed, "giving up")
        assert [connection.user_id for connection in server.closed] == [server.opened[1].user_id]
        await answers.say({"op": "command", "ref": 1, "t": "ping"})
        assert await answers.hear() == {"op": "reply", "ref": 1, "d": {}}
    looking.cancel()
    await server.stop()


async def test_pings_whose_answers_nobody_takes_do_not_pile_up(
    server: ListeningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "FRAMES_AT_ONCE", 1_000_000)
    _, token = await server.log_in("ann")
    pings = Frame(Opcode.PING, b"x" * 125).serialize(mask=True) * 1000
    async with stalled_socket(server, token) as client:
        sent = 0
        while not server.closed:
            client.raw.transport.write(pings)
            await until(lambda: server.closed or not client.raw.transport.get_write_buffer_size(), "the next thousand")
            sent += len(pings)
            assert sent < 100_000_000
    assert list(server.stage.hub.connections()) == []


@pytest.mark.parametrize(
    "frame", [Frame(Opcode.PONG, b""), Frame(Opcode.PING, b""), Frame(Opcode.CONT, b"", fin=False)]
)
async def test_a_flood_of_small_frames_ends_its_connection(server: ListeningServer, frame: Frame) -> None:
    first = Frame(Opcode.TEXT, b"{", fin=False).serialize(mask=True) if frame.opcode is Opcode.CONT else b""
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        client.raw.transport.write(first + frame.serialize(mask=True) * (FRAMES_AT_ONCE * 2))
        await until(lambda: bool(server.closed), "the end")
    assert list(server.stage.hub.connections()) == []


async def test_many_frames_in_a_row_are_no_flood(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        client.raw.transport.write(Frame(Opcode.PONG, b"").serialize(mask=True) * (FRAMES_AT_ONCE - 100))
        await client.say({"op": "command", "ref": 1, "t": "ping", "d": {}})
        assert (await client.hear_until("reply"))["ref"] == 1


@pytest.mark.parametrize("headers", [b"x: " + b"a" * 9_000 + b"\r\n", b"x: y\r\n" * 200])
async def test_an_upgrade_with_headers_beyond_the_limits_is_answered_and_ended(
    server: ListeningServer, headers: bytes
) -> None:
    """Without an answer it would stay open for ever, and cost its sender nothing."""
    name, _, port = server.uri.split("/")[2].partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(
        b"GET /gateway HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" + headers + b"\r\n"
    )
    async with asyncio.timeout(10):
        assert (await reader.read()).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_a_shutdown_says_when_to_come_back(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        server.stage.hub.say_goodbye(500)
        assert await client.hear() == {"op": "reconnect", "after_ms": 500, "reason": "restarting"}
        assert await client.closed() == (CloseCode.RESTARTING, "restarting")


async def test_who_is_not_let_in_yet_is_closed_by_a_shutdown_too(server: ListeningServer) -> None:
    async with server.socket() as raw:
        assert (await Client(raw).hear())["op"] == "hello"
        await server.stop_serving()
        assert (await Client(raw).closed())[0] == 1012


async def test_the_end_of_a_login_is_the_end_of_its_sockets(server: ListeningServer) -> None:
    ann, token = await server.log_in("ann")
    async with server.client(token) as client:
        await client.hear_until("ready")
        await server.accounts.log_out(ann)
        assert await client.closed() == (CloseCode.LOGIN_SESSION_ENDED, "login_session_ended")
