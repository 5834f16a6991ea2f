"""One client that has identified itself: its state, its place in the log, its outgoing frames."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

import structlog

from cromulent.accounts import Identity
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.frames import ephemeral_frame
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.socket import NO_WIRE, PING, Outlet, Wire

log = structlog.get_logger(__name__)


class Socket(Protocol):
    """What a connection needs of the network; `GatewayProtocol` is the real one."""

    heard_at: float

    @property
    def wire(self) -> Wire:
        """Where frames go at this moment."""
        ...

    @property
    def congested(self) -> bool:
        """Whether the peer is behind: not yet so far that it is closed, but it has to be looked at before each write."""
        ...

    @property
    def open(self) -> bool:
        """Whether the peer may still be written to."""
        ...

    def write(self, frames: bytes) -> None:
        """Put prepared frames on the wire, in order."""
        ...

    def tell_of_changes(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever `wire` or `congested` has changed."""
        ...

    async def drained(self) -> None:
        """Wait until the peer has taken nearly everything, or is gone."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Begin the closing handshake."""
        ...


class ConnectionState(Enum):
    """The life of a connection after `identify`."""

    CATCHING_UP = "catching_up"
    LIVE = "live"
    CLOSED = "closed"


_TRANSITIONS = {
    ConnectionState.CATCHING_UP: {ConnectionState.LIVE, ConnectionState.CLOSED},
    ConnectionState.LIVE: {ConnectionState.CLOSED},
    ConnectionState.CLOSED: {ConnectionState.CLOSED},
}


class Connection:
    """A page, an app or a bot at the other end of one socket. Also the endpoint a voice room knows its holder by."""

    __slots__ = (
        "__weakref__",
        "_limits",
        "_ping_seconds",
        "_pinged_at",
        "_socket",
        "_state",
        "device",
        "host",
        "identity",
        "outlet",
    )

    def __init__(self, socket: Socket, identity: Identity, device: str, limits: GatewayLimits) -> None:
        self.identity = identity
        self.device = device
        self.host = ""
        """Where the page was loaded from, without a port; empty when it did not say."""
        self._socket = socket
        self._limits = limits
        self._state = ConnectionState.CATCHING_UP
        self.outlet: Outlet = NO_WIRE
        """Where events go: nowhere unless it is live, because while it catches up it finds them in the log."""
        socket.tell_of_changes(self._choose_outlet)
        self._ping_seconds = limits.ping_seconds
        self._pinged_at = socket.heard_at

    @property
    def user_id(self) -> str:
        """Whose connection this is."""
        return self.identity.user.id

    @property
    def login_session_id(self) -> str:
        """The login session it stands on: when that ends, so does the connection."""
        return self.identity.login_session_id

    @property
    def heard_at(self) -> float:
        """When the last byte came, in the event loop's seconds."""
        return self._socket.heard_at

    @property
    def state(self) -> ConnectionState:
        """Where in its life the connection is."""
        return self._state

    @property
    def is_catching_up(self) -> bool:
        """Whether there is still somebody to bring up to date."""
        return self._state is ConnectionState.CATCHING_UP and self._socket.open

    @property
    def is_live(self) -> bool:
        """Whether the hub may hand it events as they happen."""
        return self._state is ConnectionState.LIVE

    def go_live(self) -> None:
        """It has everything the hub has: from now on events come as they happen."""
        self._enter(ConnectionState.LIVE)

    def write(self, frames: bytes) -> None:
        """Send prepared frames; a peer that does not take what it is sent is closed, and nobody else waits for it."""
        wire = self._socket.wire
        if wire.get_write_buffer_size() > self._limits.unsent_bytes:
            self.close(CloseCode.TOO_SLOW)
        else:
            wire.write(frames)

    def dispatch(self, name: str, payload: object) -> None:
        """Send one ephemeral dispatch to this connection alone."""
        self.write(ephemeral_frame(name, payload))

    def close(self, code: CloseCode) -> None:
        """End the connection with a code that tells the client what to do next."""
        if self._state is not ConnectionState.CLOSED:
            log.info("connection_closed", user=self.user_id, code=code.name.lower())
            self._enter(ConnectionState.CLOSED)
            self._socket.close(code, code.name.lower())

    def set_ping_interval(self, seconds: float | None) -> None:
        """How often to ping; None is the usual interval. A voice room asks for a shorter one."""
        self._ping_seconds = self._limits.ping_seconds if seconds is None else seconds

    def ping(self) -> None:
        """Ask the socket, not the page, for a sign of life; the answer shows in `heard_at`."""
        self._socket.write(PING)

    def keep_alive(self, now: float) -> None:
        """Ping when it is time, and give up a peer that has been silent too long. Called about once a second."""
        if now - self._socket.heard_at > self._limits.silence_seconds:
            self.close(CloseCode.HEARTBEAT_LOST)
        elif now - self._pinged_at >= self._ping_seconds:
            self._pinged_at = now
            self.ping()

    def forgive(self, seconds: float, now: float) -> None:
        """The server itself was late by so much: do not hold it against the peer."""
        self._socket.heard_at = min(now, self._socket.heard_at + seconds)

    async def drained(self) -> None:
        """Wait until the peer has taken nearly all it was sent, or is gone."""
        await self._socket.drained()

    def _enter(self, state: ConnectionState) -> None:
        if state not in _TRANSITIONS[self._state]:
            raise RuntimeError(f"a connection cannot go from {self._state.value} to {state.value}")
        self._state = state
        self._choose_outlet()

    def _choose_outlet(self) -> None:
        """Fan-out is one call for each connection, so what that call may do is decided here, when something changes.

        A peer that takes what it is sent gets it without a look at the buffer: the transport tells when that is no longer so, long
        before it holds `unsent_bytes`. From then on every write passes through `write`, which looks.
        """
        if self._state is not ConnectionState.LIVE:
            self.outlet = NO_WIRE
        elif self._socket.congested:
            self.outlet = self
        else:
            self.outlet = self._socket.wire
