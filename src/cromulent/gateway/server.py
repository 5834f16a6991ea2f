"""The gateway's ASGI application: from the upgrade to the last frame of one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

import structlog

from cromulent.accounts import network_of
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.command_loop import CommandLoop
from cromulent.gateway.commands import CommandTable
from cromulent.gateway.connection import Connection
from cromulent.gateway.handshake import Handshake, HandshakeFailed
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.socket import EXTENSION, GatewayProtocol
from cromulent.gateway.strangers import Strangers
from cromulent.gateway.welcome import Welcome
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import DomainError, Forbidden, InvalidInput
from cromulent.kernel.http import is_same_origin

log = structlog.get_logger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
RefuseUpgrade = Callable[[Send, DomainError], Awaitable[None]]
"""Answers a request for a WebSocket with an error, as HTTP requests are answered."""


@dataclass(frozen=True, slots=True)
class ConnectionEvents:
    """Who wants to know of connections coming and going: presence and voice."""

    opened: Callable[[Connection], None]
    closed: Callable[[Connection], None]


class GatewayServer:
    """One WebSocket per client. Callable as an ASGI application for the path `/gateway`."""

    def __init__(
        self,
        *,
        hub: Hub,
        handshake: Handshake,
        welcome: Welcome,
        commands: CommandTable,
        events: ConnectionEvents,
        limits: GatewayLimits,
        clock: Clock,
        allowed_origins: frozenset[str],
        refuse_upgrade: RefuseUpgrade,
    ) -> None:
        self._hub = hub
        self._handshake = handshake
        self._welcome = welcome
        self._commands = commands
        self._events = events
        self._limits = limits
        self._clock = clock
        self._allowed_origins = allowed_origins
        self._refuse_upgrade = refuse_upgrade
        self._strangers = Strangers(limits.strangers_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection. Refused before the upgrade: a foreign origin, a token in the address, too many strangers at once."""
        await receive()
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        try:
            self._check(scope, headers)
            with self._strangers.place(_address_of(scope)):
                found = await self._let_in(scope, headers, receive, send)
        except DomainError as error:
            return await self._refuse_upgrade(send, error)
        if found is not None:
            await self._serve(*found, receive)

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if not is_same_origin(headers, scope["scheme"], self._allowed_origins):
            raise Forbidden("This request does not come from a page of this instance.", code="cross_site_request")
        if scope["query_string"]:
            raise InvalidInput(
                "The address of the gateway has no parameters; a token goes into `identify`.", code="token_in_url"
            )

    async def _let_in(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> tuple[Connection, str | None] | None:
        """Upgrade, and find out who it is; None when they have been told that they may not stay."""
        await send({"type": "websocket.accept"})
        socket = cast("GatewayProtocol", scope["extensions"][EXTENSION])
        socket.opened()
        try:
            found = await self._handshake.run(socket, headers, receive, scheme=scope["scheme"])
        except HandshakeFailed as failure:
            return socket.close(failure.code, failure.code.name.lower())
        except Exception:
            log.exception("handshake_failed")
            return socket.close(CloseCode.INTERNAL_ERROR, "internal_error")
        headers.clear()
        socket.forget_handshake()
        return found

    async def _serve(self, connection: Connection, cursor: str | None, receive: Receive) -> None:
        if len(self._hub.connections_of(connection.user_id)) >= self._limits.connections_per_user:
            return connection.close(CloseCode.TOO_MANY_CONNECTIONS)
        self._events.opened(connection)
        try:
            await self._welcome.bring_live(connection, cursor)
            await CommandLoop(connection, self._commands, self._limits, self._clock).run(receive)
        except Exception:
            log.exception("connection_failed", user=connection.user_id)
            connection.close(CloseCode.INTERNAL_ERROR)
        finally:
            self._hub.remove(connection)
            self._events.closed(connection)


def _address_of(scope: Scope) -> str:
    """The network address the connection comes from; behind a trusted proxy the one it names, which uvicorn has put there."""
    client = scope.get("client")
    return network_of(client[0]) if client else ""


async def keep_alive(hub: Hub, *, every_seconds: float = 1.0) -> None:
    """Ping and give up, for all connections, for ever. When this loop itself was late, everybody is forgiven the difference."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    while True:
        await asyncio.sleep(every_seconds)
        now = loop.time()
        late = now - before - every_seconds
        before = now
        for connection in hub.connections():
            if late > every_seconds:
                connection.forgive(late, now)
            _keep_alive_one(connection, now)


def _keep_alive_one(connection: Connection, now: float) -> None:
    try:
        connection.keep_alive(now)
    except Exception:  # the pings of all the others hang on this loop
        log.exception("keep_alive_failed", user=connection.user_id)
        connection.close(CloseCode.INTERNAL_ERROR)
