"""Where a connection's events go: straight to the wire while the peer takes them, past a look at the buffer when it does not."""

from __future__ import annotations

import pytest

from cromulent.accounts import Identity, User
from cromulent.gateway import Connection, GatewayLimits
from cromulent.gateway.close_codes import CloseCode
from cromulent.kernel.clock import FakeClock
from tests.gateway.fake_socket import FakeSocket

UNSENT_BYTES = 100


@pytest.fixture
def socket() -> FakeSocket:
    """A socket whose peer takes everything at once."""
    return FakeSocket()


@pytest.fixture
def connection(socket: FakeSocket, clock: FakeClock) -> Connection:
    """A connection on it that may leave 100 bytes unsent."""
    user = User("u1", "ann", "Ann", "member", None, clock.now(), None)
    return Connection(socket, Identity(user, "s1", "Firefox"), "Firefox", GatewayLimits(unsent_bytes=UNSENT_BYTES))


def test_while_it_catches_up_events_go_nowhere(connection: Connection, socket: FakeSocket) -> None:
    connection.outlet.write(b"event")
    assert socket.sent == b""


def test_live_they_go_straight_to_the_wire(connection: Connection, socket: FakeSocket) -> None:
    connection.go_live()
    assert connection.outlet is socket.wire
    connection.outlet.write(b"event")
    assert socket.sent == b"event"


def test_a_peer_that_falls_behind_is_looked_at_before_every_write_and_closed_when_it_is_too_far(
    connection: Connection, socket: FakeSocket
) -> None:
    connection.go_live()
    socket.stalled = True
    connection.outlet.write(b"x" * UNSENT_BYTES)
    assert connection.outlet is connection
    connection.outlet.write(b"y")
    assert socket.code is None
    connection.outlet.write(b"z")
    assert (socket.code, socket.get_write_buffer_size()) == (CloseCode.TOO_SLOW, UNSENT_BYTES + 1)


def test_a_peer_that_has_taken_everything_gets_events_directly_again(
    connection: Connection, socket: FakeSocket
) -> None:
    connection.go_live()
    socket.stalled = True
    connection.outlet.write(b"one")
    socket.take_all()
    assert connection.outlet is socket.wire


def test_one_that_goes_live_behind_is_looked_at_from_the_start(connection: Connection, socket: FakeSocket) -> None:
    socket.stalled = True
    connection.write(b"page")
    connection.go_live()
    assert connection.outlet is connection


def test_after_the_close_events_go_nowhere(connection: Connection, socket: FakeSocket) -> None:
    connection.go_live()
    connection.close(CloseCode.RESTARTING)
    connection.outlet.write(b"late")
    assert socket.sent == b""
    assert connection.outlet is not socket.wire
