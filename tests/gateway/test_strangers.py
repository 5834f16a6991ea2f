"""Connections that have not said whose they are: one network address may have only so many."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from cromulent.gateway import GatewayLimits
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.strangers import Strangers
from cromulent.kernel.errors import RateLimited
from tests.gateway.listening_server import Client, ListeningServer
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: object) -> AsyncIterator[ListeningServer]:
    """A gateway that takes two strangers of an address."""
    made = ListeningServer(tmp_path / "cromulent.db", GatewayLimits(strangers_per_address=2))
    await made.start()
    yield made
    await made.stop()


async def refusal(server: ListeningServer, address: str | None = None) -> Response | None:
    """The answer to a refused upgrade, or None when it was not refused."""
    try:
        async with server.socket(address=address):
            return None
    except InvalidStatus as refused:
        return refused.response


async def test_one_more_than_its_places_is_refused_until_one_of_them_says_who_it_is(server: ListeningServer) -> None:
    _, token = await server.log_in("ann")
    async with server.socket() as first, server.socket():
        refused = await refusal(server)
        assert refused is not None
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert json.loads(refused.body or b"")["code"] == "rate_limited"
        client = Client(first)
        await client.identify(token)
        await client.hear_until("ready")
        assert await refusal(server) is None


async def test_a_place_is_free_again_when_its_stranger_is_gone_or_turned_away(server: ListeningServer) -> None:
    async with server.socket() as first, server.socket() as second:
        await Client(first).identify("no such token")
        assert await Client(first).closed() == (CloseCode.NOT_AUTHENTICATED, "not_authenticated")
        await second.close()
    for _ in range(2):
        async with server.socket() as hasty:
            hasty.transport.abort()
    await until(lambda: server.sockets_open() == 0, "the end of all")
    async with server.socket(), server.socket():
        assert await refusal(server) is not None


async def test_addresses_are_told_apart_by_what_the_proxy_says_and_one_household_is_one(
    server: ListeningServer,
) -> None:
    async with AsyncExitStack() as held:
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "192.0.2.1"):
            await held.enter_async_context(server.socket(address=address))
        outcomes = [
            await refusal(server, address)
            for address in ("2001:db8:0:1:abcd::3", "2001:db8:0:2::1", "192.0.2.1", "192.0.2.2")
        ]
        assert [refused is not None for refused in outcomes] == [True, False, False, False]


def test_a_place_is_given_back_whatever_happens_on_it() -> None:
    strangers = Strangers(1)
    with pytest.raises(ZeroDivisionError), strangers.place("192.0.2.1"):
        raise ZeroDivisionError
    with strangers.place("192.0.2.1"):
        with pytest.raises(RateLimited), strangers.place("192.0.2.1"):
            pass
        with strangers.place("192.0.2.2"):
            pass
    assert not strangers._places


def test_a_hundred_are_taken() -> None:
    assert GatewayLimits().strangers_per_address == 100
