"""What the composition root promises beside putting things together: one failure keeps nobody else from hearing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from cromulent import bootstrap
from cromulent.accounts import Visitor, checked_account
from cromulent.bootstrap import Instance, _every, _in_turn, open_instance
from cromulent.config import Config
from cromulent.gateway import Connection, GatewayLimits, reactions
from cromulent.gateway.close_codes import CloseCode
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.facts import Fact
from tests.gateway.fake_socket import FakeSocket
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio
Message = MutableMapping[str, Any]
PASSWORD = "correct horse battery"


class Happened(Fact):
    """Something."""


def fail(fact: Fact) -> None:
    """A reaction with a bug."""
    raise ZeroDivisionError


def test_a_reaction_that_fails_keeps_no_other_from_hearing() -> None:
    heard: list[Fact] = []
    facts = [Happened(), Happened()]
    _in_turn([fail, heard.append])(facts)
    assert heard == facts


async def test_a_connection_ends_with_the_sixty_days_of_its_login_though_nobody_asks_anything(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "END_EXPIRED_EVERY_SECONDS", 0.01)
    instance = await open_instance(Config(data=str(tmp_path), stun_port=0), clock)
    secret = await instance.accounts.make_sign_in_link("ann", "member")
    old = await enter(instance, secret)
    clock.advance(30 * 86400)
    young = await enter(instance, secret)
    clock.advance(30 * 86400 - 1)
    assert old.code is None
    clock.advance(1)
    await until(lambda: old.code is not None, "the close")
    assert (old.code, young.code) == (CloseCode.LOGIN_SESSION_ENDED, None)
    await instance.close()


async def test_what_happens_to_an_account_ends_connections_with_the_reason(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reactions, "TOKEN_REPLACED_SECONDS", 0.0)
    instance = await open_instance(Config(data=str(tmp_path), stun_port=0), clock)
    ann = await instance.accounts.create_administrator(checked_account("ann", None, PASSWORD))
    ben = await instance.accounts.create_administrator(checked_account("ben", None, PASSWORD))
    visitor = Visitor("test", "127.0.0.1")
    phone, laptop = [await instance.accounts.log_in("ben", PASSWORD, visitor) for _ in range(2)]
    phone_socket, laptop_socket = [await connected(instance, login.token) for login in (phone, laptop)]
    identity = await instance.accounts.identify(laptop.token)
    renewed = await instance.people.profiles.change_password(identity, PASSWORD, f"{PASSWORD} too", visitor)
    await until(lambda: laptop_socket.code is not None, "the close")
    assert (laptop_socket.code, phone_socket.code) == (CloseCode.TOKEN_REPLACED, CloseCode.LOGIN_SESSION_ENDED)
    again = await connected(instance, renewed.token)
    await instance.people.administration.change(ann, ben.id, role=None, disabled=True)
    assert again.code is CloseCode.USER_DISABLED
    await instance.close()


async def enter(instance: Instance, secret: str) -> FakeSocket:
    """Log in and open a connection."""
    logged_in = await instance.accounts.log_in_by_link(secret, Visitor("test", "127.0.0.1"))
    return await connected(instance, logged_in.token)


async def connected(instance: Instance, token: str) -> FakeSocket:
    """Open a connection with a token."""
    socket = FakeSocket()
    identity = await instance.accounts.identify(token)
    instance._parts.hub.add(Connection(socket, identity, "test", GatewayLimits(silence_seconds=1e9)))
    return socket


async def test_a_websocket_is_to_be_had_at_the_gateway_only(tmp_path: Path, clock: FakeClock) -> None:
    instance = await open_instance(Config(data=str(tmp_path), stun_port=0), clock)
    answered: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        answered.append(message)

    await instance.app({"type": "websocket", "path": "/gateway/"}, receive, send)
    await instance.close()
    assert [message["type"] for message in answered] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert answered[0]["status"] == 404
    assert json.loads(answered[1]["body"])["code"] == "not_found"


async def test_background_work_that_fails_once_goes_on() -> None:
    turns: list[int] = []

    def work() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ZeroDivisionError

    working = asyncio.create_task(_every(0.001, work))
    await until(lambda: len(turns) >= 3, "the third turn")
    working.cancel()
