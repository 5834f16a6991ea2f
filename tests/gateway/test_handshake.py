"""The first seconds: who gets in, who does not, and what they are told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from cromulent import __version__
from cromulent.accounts import Identity, User
from cromulent.gateway import Connection, GatewayLimits, Handshake
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.handshake import HandshakeFailed
from cromulent.gateway.protocol import InstanceInfo
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotAuthenticated
from tests.gateway.fake_socket import FakeSocket

pytestmark = pytest.mark.anyio
CLIENT = {"kind": "bot", "device": "Ann's robot", "version": "1.0"}


class KnownTokens:
    """Accounts as far as the handshake needs them: it knows the token `good`."""

    def __init__(self, clock: FakeClock) -> None:
        user = User("u1", "ann", "Ann", "member", None, clock.now(), None)
        self.identity = Identity(user, "s1", "Firefox on Linux")

    async def identify(self, token: str) -> Identity:
        """Whose token it is."""
        if token != "good":
            raise NotAuthenticated
        return self.identity


class Door:
    """A handshake and the socket it is held over."""

    def __init__(self, clock: FakeClock, limits: GatewayLimits | None = None) -> None:
        self.socket = FakeSocket()
        instance = InstanceInfo("i1", "Home", 8)
        self._handshake = Handshake(KnownTokens(clock), instance, limits or GatewayLimits())  # type: ignore[arg-type] - a stand-in

    async def knock(
        self, frame: object, headers: dict[bytes, bytes] | None = None, scheme: str = "ws"
    ) -> tuple[Connection, str | None]:
        """Send one frame, as text when it is text, encoded when it is anything else."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        return await self.hear({"type": "websocket.receive", "text": text}, headers, scheme)

    async def hear(
        self, message: dict[str, Any] | None, headers: dict[bytes, bytes] | None = None, scheme: str = "ws"
    ) -> tuple[Connection, str | None]:
        """Let the handshake hear one message of the network; None is silence."""

        async def receive() -> dict[str, Any]:
            if message is None:
                await asyncio.get_running_loop().create_future()
            assert message is not None
            return message

        return await self._handshake.run(self.socket, headers or {}, receive, scheme=scheme)


async def test_hello_comes_first_and_says_who_is_there(clock: FakeClock) -> None:
    door = Door(clock)
    await door.knock({"op": "identify", "client": CLIENT, "token": "good"})
    assert door.socket.messages() == [
        {
            "op": "hello",
            "protocol": 1,
            "instance": {"id": "i1", "name": "Home", "participants_per_room": 8},
            "version": __version__,
            "heartbeat_seconds": 15,
        }
    ]


async def test_a_token_in_identify_gets_in_with_its_cursor(clock: FakeClock) -> None:
    connection, cursor = await Door(clock).knock({"op": "identify", "client": CLIENT, "token": "good", "cursor": "abc"})
    assert (connection.user_id, connection.login_session_id, connection.device) == ("u1", "s1", "Ann's robot")
    assert cursor == "abc"


@pytest.mark.parametrize(("whose", "resumed_from"), [("u1", "abc"), ("u2", None)])
async def test_a_cursor_stated_to_be_of_another_user_is_none(
    clock: FakeClock, whose: str, resumed_from: str | None
) -> None:
    identify = {"op": "identify", "client": CLIENT, "token": "good", "cursor": "abc", "user_id": whose}
    assert (await Door(clock).knock(identify))[1] == resumed_from


@pytest.mark.parametrize(
    ("scheme", "headers"),
    [
        ("ws", {b"cookie": b"session=good"}),
        ("wss", {b"cookie": b"session=bad; __Host-session=good"}),
        ("wss", {b"authorization": b"Bearer good"}),
    ],
)
async def test_a_browser_is_known_by_its_cookie(clock: FakeClock, scheme: str, headers: dict[bytes, bytes]) -> None:
    connection, cursor = await Door(clock).knock({"op": "identify", "client": CLIENT}, headers, scheme)
    assert (connection.user_id, cursor) == ("u1", None)


async def test_with_tls_a_cookie_that_a_page_without_it_could_have_put_there_is_none(clock: FakeClock) -> None:
    with pytest.raises(HandshakeFailed) as failure:
        await Door(clock).knock({"op": "identify", "client": CLIENT}, {b"cookie": b"session=good"}, "wss")
    assert failure.value.code is CloseCode.NOT_AUTHENTICATED


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "Firefox on Linux"),
        (" ", "Firefox on Linux"),
        ("x" * 200, "x" * 80),
        ("Ann\u202e\n's  phone", "Ann 's phone"),
    ],
)
async def test_the_device_has_a_name_of_bounded_length(clock: FakeClock, given: str, shown: str) -> None:
    client = {**CLIENT, "device": given}
    connection, _ = await Door(clock).knock({"op": "identify", "client": client, "token": "good"})
    assert connection.device == shown


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"op": "identify", "client": CLIENT}, CloseCode.NOT_AUTHENTICATED),
        ({"op": "identify", "client": CLIENT, "token": "bad"}, CloseCode.NOT_AUTHENTICATED),
        ({"op": "command", "ref": 1, "t": "ping", "d": {}}, CloseCode.NOT_AUTHENTICATED),
        ({"op": "identify"}, CloseCode.MALFORMED_FRAME),
        ({"op": "identify", "client": CLIENT, "token": 7}, CloseCode.MALFORMED_FRAME),
        ({"op": "identify", "client": CLIENT, "token": "good", "cursor": 7}, CloseCode.MALFORMED_FRAME),
        ({"op": "identify", "client": {"kind": "web"}, "token": "good"}, CloseCode.MALFORMED_FRAME),
        ({"op": "hello"}, CloseCode.MALFORMED_FRAME),
        ("", CloseCode.MALFORMED_FRAME),
        ("[" * 4000, CloseCode.MALFORMED_FRAME),
        ('{"op":"identify","op":"identify"}', CloseCode.MALFORMED_FRAME),
        ({"op": "identify", "client": CLIENT, "token": "x" * 4096}, CloseCode.FRAME_TOO_LARGE),
        ({"op": "identify", "client": {**CLIENT, "device": "é" * 2000}, "token": "é" * 60}, CloseCode.FRAME_TOO_LARGE),
    ],
)
async def test_who_does_not_get_in_is_told_why(clock: FakeClock, frame: object, code: CloseCode) -> None:
    with pytest.raises(HandshakeFailed) as failed:
        await Door(clock).knock(frame)
    assert failed.value.code is code


@pytest.mark.parametrize(
    "message", [{"type": "websocket.receive", "bytes": b"{}"}, {"type": "websocket.disconnect", "code": 1006}]
)
async def test_no_text_is_no_opening(clock: FakeClock, message: dict[str, Any]) -> None:
    with pytest.raises(HandshakeFailed):
        await Door(clock).hear(message)


async def test_who_says_nothing_is_not_waited_for(clock: FakeClock) -> None:
    with pytest.raises(HandshakeFailed) as failed:
        await Door(clock, GatewayLimits(identify_seconds=0.01)).hear(None)
    assert failed.value.code is CloseCode.IDENTIFY_TIMEOUT


def test_ten_seconds_are_given() -> None:
    assert GatewayLimits().identify_seconds == 10.0
