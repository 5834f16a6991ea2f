"""One connection: its states, its pings, and what closes it."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.accounts import Identity, User
from cromulent.gateway import Connection, GatewayLimits, Hub, keep_alive
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.connection import ConnectionState
from cromulent.kernel.clock import FakeClock
from tests.gateway.fake_socket import FakeSocket
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def socket() -> FakeSocket:
    """A socket last heard at 100 s."""
    return FakeSocket(heard_at=100.0)


@pytest.fixture
def connection(socket: FakeSocket, clock: FakeClock) -> Connection:
    """A connection on it."""
    user = User("u1", "ann", "Ann", "member", None, clock.now(), None)
    return Connection(socket, Identity(user, "s1", "Firefox"), "Firefox", GatewayLimits())


async def test_it_goes_live_once_and_never_back(connection: Connection) -> None:
    assert (connection.state, connection.is_catching_up) == (ConnectionState.CATCHING_UP, True)
    connection.go_live()
    assert connection.is_live
    with pytest.raises(RuntimeError, match="cannot go from live to live"):
        connection.go_live()
    connection.close(CloseCode.RESTARTING)
    with pytest.raises(RuntimeError, match="cannot go from closed to live"):
        connection.go_live()


async def test_only_the_first_close_counts(connection: Connection, socket: FakeSocket) -> None:
    connection.close(CloseCode.TOO_SLOW)
    connection.close(CloseCode.INTERNAL_ERROR)
    assert (socket.code, socket.reason) == (CloseCode.TOO_SLOW, "too_slow")


async def test_it_is_pinged_every_fifteen_seconds(connection: Connection, socket: FakeSocket) -> None:
    for now in range(101, 161):
        socket.heard_at = float(now)
        connection.keep_alive(float(now))
    assert socket.pings() == 4


async def test_in_a_call_it_is_pinged_every_four_and_then_as_before(connection: Connection, socket: FakeSocket) -> None:
    connection.set_ping_interval(4.0)
    for now in range(101, 121):
        socket.heard_at = float(now)
        connection.keep_alive(float(now))
    assert socket.pings() == 5
    connection.set_ping_interval(None)
    for now in range(121, 151):
        socket.heard_at = float(now)
        connection.keep_alive(float(now))
    assert socket.pings() == 7


async def test_it_is_given_up_after_forty_five_seconds_of_silence(connection: Connection, socket: FakeSocket) -> None:
    connection.keep_alive(145.0)
    assert socket.open
    connection.keep_alive(145.1)
    assert socket.code is CloseCode.HEARTBEAT_LOST


async def test_the_servers_own_delay_is_forgiven(connection: Connection, socket: FakeSocket) -> None:
    connection.forgive(30.0, 150.0)
    connection.keep_alive(150.0)
    assert socket.open
    assert connection.heard_at == 130.0


async def test_forgiving_puts_nobody_into_the_future(connection: Connection) -> None:
    connection.forgive(30.0, 110.0)
    assert connection.heard_at == 110.0


async def test_a_full_mebibyte_unsent_is_too_much(connection: Connection, socket: FakeSocket) -> None:
    socket.stalled = True
    connection.write(b"x" * 1024 * 1024)
    connection.write(b"x")
    assert socket.open
    connection.write(b"x")
    assert socket.code is CloseCode.TOO_SLOW


async def test_keep_alive_looks_after_everybody(connection: Connection, socket: FakeSocket) -> None:
    hub = Hub(0)
    hub.add(connection)
    now = asyncio.get_running_loop().time()
    socket.heard_at = now - 46.0
    looking = asyncio.ensure_future(keep_alive(hub, every_seconds=0.01))
    await until(lambda: socket.code, "giving up")
    looking.cancel()
    assert socket.code is CloseCode.HEARTBEAT_LOST


class BrokenSocket(FakeSocket):
    """Fails at every write."""

    def write(self, frames: bytes) -> None:
        raise RuntimeError("broken")


async def test_one_broken_connection_does_not_end_the_pings_of_the_others(
    connection: Connection, socket: FakeSocket
) -> None:
    hub, broken = Hub(0), BrokenSocket()
    hub.add(Connection(broken, connection.identity, "broken", GatewayLimits()))
    hub.add(connection)
    socket.heard_at = broken.heard_at = asyncio.get_running_loop().time()
    looking = asyncio.ensure_future(keep_alive(hub, every_seconds=0.01))
    await until(socket.pings, "a ping")
    looking.cancel()
    assert broken.code is CloseCode.INTERNAL_ERROR


async def test_a_late_loop_is_forgiven_before_anybody_is_given_up(connection: Connection, socket: FakeSocket) -> None:
    hub = Hub(0)
    hub.add(connection)
    loop = asyncio.get_running_loop()
    real, ahead = loop.time, 0.0
    loop.time = lambda: real() + ahead
    try:
        socket.heard_at = loop.time()
        looking = asyncio.ensure_future(keep_alive(hub, every_seconds=0.01))
        await asyncio.sleep(0)
        ahead = 60.0  # the machine was asleep for a minute
        await until(socket.pings, "the ping after waking")
    finally:
        loop.time = real
    looking.cancel()
    assert socket.code is None
    assert loop.time() - 1 < socket.heard_at - 60.0 < loop.time() + 1


@pytest.mark.parametrize("code", list(CloseCode))
def test_every_close_code_says_what_the_client_may_do(code: CloseCode) -> None:
    assert 4000 <= code <= 4999
    final = {"not_authenticated", "login_session_ended", "unsupported_protocol", "user_disabled"}
    assert code.may_reconnect is (code.name.lower() not in final)
    assert code.may_resume is code.may_reconnect
