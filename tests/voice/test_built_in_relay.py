"""The built-in relay as a process on real sockets: an independent client's calls through it, its death, its end."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aioice import turn
from aioice.stun import TransactionFailed
from structlog.testing import capture_logs

from cromulent.cli.certificates import own_certificate
from cromulent.gateway import relay_process
from cromulent.gateway.relay_process import Patience, RelayProcess, open_relay_ports
from cromulent.gateway.udp_and_tcp import bind_listeners
from cromulent.kernel.clock import SystemClock
from cromulent.relay import RELAYED_ADDRESS, RelayTls, RestCredentials
from cromulent.voice import IceServer
from cromulent.voice.ice import BuiltInRelay, OwnStun
from tests.gateway.waiting import until
from tests.voice.test_coturn import Receiver, heard

pytestmark = pytest.mark.anyio
LOOPBACK = ("127.0.0.1", "::1")
CREDENTIALS = RestCredentials(b"the secret of this test")
DEADLINE_SECONDS = 30.0


@asynccontextmanager
async def running(tls: RelayTls | None = None, patience: Patience | None = None) -> AsyncIterator[RelayProcess]:
    """A relay on a free port of the loopback addresses, ready."""
    ports = await open_relay_ports(0, LOOPBACK)
    assert ports is not None
    process = RelayProcess(ports, CREDENTIALS, tls, patience)
    try:
        await asyncio.wait_for(process.ready.wait(), DEADLINE_SECONDS)
        yield process
    finally:
        await process.close()


@pytest.fixture
async def relay() -> AsyncIterator[RelayProcess]:
    """One without a certificate."""
    async with running() as process:
        yield process


def turn_server(relay: RelayProcess, user_id: str, secret: RestCredentials = CREDENTIALS) -> IceServer:
    """The TURN entry of what a page of this user would be given."""
    servers = BuiltInRelay(OwnStun(relay.ports.number), secret, tls=relay.tls is not None)
    return servers.grant("127.0.0.1", user_id, SystemClock().now()).servers[-1]


@asynccontextmanager
async def allocation(
    server: IceServer, transport: str, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Any, Receiver]]:
    """An allocation by UDP, TCP or, with a context, TLS; given back at the end."""
    scheme = "turns:" if tls else "turn:"
    url = next(one for one in server.urls if one.startswith(scheme) and one.endswith(transport))
    address, _, query = url.removeprefix(scheme).partition("?")
    host, _, port = address.rpartition(":")
    opened, receiver = await turn.create_turn_endpoint(
        Receiver,
        server_addr=(host, int(port)),
        username=server.username,
        password=server.credential,
        transport=parse_qs(query)["transport"][0],
        ssl=tls,
    )
    try:
        yield opened, receiver
    finally:
        opened.close()


async def passes(left: Any, right: Any, ear: Receiver) -> bool:
    """Whether a packet gets from left to right, once both have shown an interest in each other."""
    for _ in range(20):
        right.sendto(b"here I am", left.get_extra_info("sockname"))
        left.sendto(b"sound", right.get_extra_info("sockname"))
        if await heard(ear) == b"sound":
            return True
    return False


@pytest.mark.parametrize(("one", "other"), [("udp", "udp"), ("udp", "tcp"), ("tcp", "tcp")])
async def test_two_in_a_room_hear_each_other_by_udp_and_tcp(relay: RelayProcess, one: str, other: str) -> None:
    for user in ("ann", "ben"):
        relay.seat(user, "lounge")
    async with (
        allocation(turn_server(relay, "ann"), one) as (left, left_ear),
        allocation(turn_server(relay, "ben"), other) as (right, right_ear),
    ):
        assert left.get_extra_info("sockname")[0] == right.get_extra_info("sockname")[0] == RELAYED_ADDRESS
        assert await passes(left, right, right_ear)
        assert await passes(right, left, left_ear)


async def test_with_a_certificate_the_same_port_speaks_tls_and_plain_tcp(tmp_path: Path) -> None:
    files = own_certificate(tmp_path / "tls", frozenset({"127.0.0.1"}), SystemClock().now())
    trusting = ssl.create_default_context(cafile=files.authority)
    async with running(RelayTls(files.certificate, files.key)) as relay:
        for user in ("ann", "ben"):
            relay.seat(user, "lounge")
        ann, ben = turn_server(relay, "ann"), turn_server(relay, "ben")
        async with (
            allocation(ann, "tcp", trusting) as (left, left_ear),
            allocation(ben, "tcp") as (right, right_ear),
        ):
            assert await passes(left, right, right_ear)
            assert await passes(right, left, left_ear)


async def test_any_port_is_one_that_is_free_for_udp_and_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def taken_at_first(port: int, addresses: Sequence[str]) -> list[socket.socket]:
        tried.append(port)
        if len(tried) == 1:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        return bind_listeners(port, addresses)

    monkeypatch.setattr(relay_process, "bind_listeners", taken_at_first)
    ports = await open_relay_ports(0, LOOPBACK)
    assert ports is not None
    assert ports.listeners
    assert tried[-1] == ports.number
    ports.close()


async def test_a_stream_of_something_else_ends(relay: RelayProcess) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.ports.number)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), DEADLINE_SECONDS) == b""
    writer.close()


async def test_who_leaves_the_room_is_heard_no_more(relay: RelayProcess) -> None:
    for user in ("ann", "ben"):
        relay.seat(user, "lounge")
    async with (
        allocation(turn_server(relay, "ann"), "udp") as (left, left_ear),
        allocation(turn_server(relay, "ben"), "udp") as (right, right_ear),
        allocation(turn_server(relay, "ann"), "udp") as (own, own_ear),
    ):
        assert await passes(left, right, right_ear)
        relay.seat("ann", None)
        while await heard(right_ear) is not None:
            left.sendto(b"still there?", right.get_extra_info("sockname"))
        assert not await passes(right, left, left_ear)
        assert await passes(left, own, own_ear)  # one may always reach oneself: a check of one's own line does


async def test_more_may_wait_for_a_relay_that_gets_no_processor_than_the_system_has_room_for(
    relay: RelayProcess,
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as usual:
        rooms = [one.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) for one in (usual, *relay.ports.datagrams)]
    assert min(rooms[1:]) > rooms[0]


async def test_a_wrong_secret_is_refused(relay: RelayProcess) -> None:
    server = turn_server(relay, "ann", RestCredentials(b"another secret"))
    with pytest.raises(TransactionFailed) as failure:
        async with allocation(server, "udp"):
            pass
    assert failure.value.response.error_code == 401


def sockets_of(pid: int) -> int:
    """How many sockets a process has open."""
    folder = Path(f"/proc/{pid}/fd")
    return sum(str(one.readlink()).startswith("socket:") for one in folder.iterdir())


async def test_an_allocation_opens_no_socket(relay: RelayProcess) -> None:
    assert relay.pid is not None
    before = sockets_of(relay.pid)
    server = turn_server(relay, "ann")
    async with allocation(server, "udp"), allocation(server, "udp"), allocation(server, "udp"):
        assert sockets_of(relay.pid) == before


def is_there(pid: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
async def test_a_relay_that_dies_or_hangs_is_replaced_on_its_ports_with_the_rooms_and_the_same_credentials(
    fault: signal.Signals,
) -> None:
    async with running(patience=Patience(ask_every_seconds=1.0)) as relay:
        for user in ("ann", "ben"):
            relay.seat(user, "lounge")
        servers = turn_server(relay, "ann"), turn_server(relay, "ben")
        first = relay.pid
        assert first is not None
        with capture_logs() as logs:
            os.kill(first, fault)
            await until(lambda: relay.pid != first and relay.ready.is_set(), "another relay")
        assert not is_there(first)
        assert ("relay_hung" in [line["event"] for line in logs]) is (fault is signal.SIGSTOP)
        async with (
            allocation(servers[0], "udp") as (left, _),
            allocation(servers[1], "tcp") as (right, right_ear),
        ):
            assert await passes(left, right, right_ear)


def number(relay: RelayProcess, name: str) -> float:
    """A metric of the relay; of those with labels, all together."""
    [metric] = [one for one in relay.metrics() if one.name == name]
    return sum(sample.value for sample in metric.samples)


async def test_what_it_does_is_counted_and_what_a_dead_one_did_stays_counted() -> None:
    async with running(patience=Patience(ask_every_seconds=0.05, unanswered=100)) as relay:
        assert (number(relay, "cromulent_relay_up"), number(relay, "cromulent_relay_starts_total")) == (1, 1)
        server = turn_server(relay, "ann")
        async with allocation(server, "udp") as (left, _), allocation(server, "udp") as (right, right_ear):
            assert await passes(left, right, right_ear)
            await until(lambda: number(relay, "cromulent_relay_allocations") == 2, "a report")
        await until(lambda: number(relay, "cromulent_relay_allocations") == 0, "a report of the end")
        delivered = number(relay, "cromulent_relay_bytes_total")
        assert delivered >= len(b"sound")
        assert number(relay, "cromulent_relay_packets_total") >= 1
        granted = number(relay, "cromulent_relay_requests_total")
        first = relay.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: relay.pid != first and relay.ready.is_set(), "another relay")
        assert number(relay, "cromulent_relay_starts_total") == 2
        async with allocation(server, "udp"):
            await until(lambda: number(relay, "cromulent_relay_allocations") == 1, "a report of the second")
            assert number(relay, "cromulent_relay_requests_total") > granted
            assert number(relay, "cromulent_relay_bytes_total") == delivered
