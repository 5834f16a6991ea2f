"""Our credentials against a real coturn: the right secret gets a relay, the wrong one a 401."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aioice import turn
from aioice.stun import TransactionFailed

from cromulent.kernel.clock import SystemClock
from cromulent.voice import CoturnProvider, IceServer
from tests.voice.coturn import Coturn, running_coturn

pytestmark = pytest.mark.anyio
NOW = SystemClock().now()


class Receiver(asyncio.DatagramProtocol):
    """What comes through the relay."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.received.put_nowait(data)


async def credentials(relay: Coturn, *, secret: str | None = None, age: timedelta = timedelta()) -> IceServer:
    """The TURN entry of what a page would be given."""
    provider = CoturnProvider([relay.url], secret or relay.secret)
    return (await provider.servers("the user", SystemClock().now() - age)).servers[-1]


@asynccontextmanager
async def allocation(server: IceServer, url: str) -> AsyncIterator[tuple[Any, Receiver]]:
    """An allocation by one of the server's URLs, given back at the end."""
    address, _, query = url.removeprefix("turn:").partition("?")
    host, _, port = address.rpartition(":")
    transport, receiver = await turn.create_turn_endpoint(
        Receiver,
        server_addr=(host, int(port)),
        username=server.username,
        password=server.credential,
        transport=parse_qs(query)["transport"][0],
    )
    try:
        yield transport, receiver
    finally:
        transport.close()


async def test_a_relay_is_had_by_udp_and_tcp_and_passes_sound(coturn: Coturn) -> None:
    server = await credentials(coturn)
    by_udp, by_tcp = server.urls
    async with allocation(server, by_udp) as (left, left_ear), allocation(server, by_tcp) as (right, right_ear):
        left_address = left.get_extra_info("sockname")
        right_address = right.get_extra_info("sockname")
        assert left_address[0] == right_address[0] == "127.0.0.1"
        # A packet passes only where both sides have a permission for each other, and speaking is what makes one.
        for _ in range(100):
            left.sendto(b"from the left", right_address)
            right.sendto(b"from the right", left_address)
            if await heard(left_ear) == b"from the right" and await heard(right_ear) == b"from the left":
                return
    pytest.fail("nothing came through the relay")


async def heard(ear: Receiver) -> bytes | None:
    """The next packet, if one comes soon."""
    try:
        return await asyncio.wait_for(ear.received.get(), 0.1)
    except TimeoutError:
        return None


@pytest.mark.parametrize(
    ("secret", "age"), [("another secret", timedelta()), (None, timedelta(hours=7))], ids=["wrong secret", "expired"]
)
async def test_credentials_that_are_wrong_or_expired_are_refused(
    coturn: Coturn, secret: str | None, age: timedelta
) -> None:
    server = await credentials(coturn, secret=secret, age=age)
    with pytest.raises(TransactionFailed) as failure:
        async with allocation(server, server.urls[0]):
            pass
    assert failure.value.response.error_code == 401


async def test_it_can_be_killed_and_started_again_on_the_same_port(tmp_path: Path) -> None:
    with running_coturn(tmp_path) as relay:
        url = relay.url
        relay.kill()
        relay.start()
        assert relay.url == url
        server = await credentials(relay)
        async with allocation(server, server.urls[0]):
            pass
        assert stat.S_IMODE((tmp_path / "turnserver.conf").stat().st_mode) == 0o600
