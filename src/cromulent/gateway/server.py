"""The gateway's ASGI application: from the upgrade to the last frame of one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

import structlog

from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.command_loop import CommandLoop
from cromulent.gateway.commands import CommandTable
from cromulent.gateway.connection import Connection
from cromulent.gateway.handshake import Handshake, HandshakeFailed
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.socket import EXTENSION, GatewayProtocol
from cromulent.gateway.welcome import Welcome
from cromulent.kernel.clock import Clock
from cromulent.kernel.http import is_same_origin

log = structlog.get_logger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]


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
    ) -> None:
        self._hub = hub
        self._handshake = handshake
        self._welcome = welcome
        self._commands = commands
        self._events = events
        self._limits = limits
        self._clock = clock
        self._allowed_origins = allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection. A foreign origin and a token in the address are refused before the upgrade."""
        await receive()
        headers = {bytes(name): bytes(value) for name, value in scope["headers"]}
        if not is_same_origin(headers, scope["scheme"], self._allowed_origins):
            await _refuse(send, 403, b'{"code":"cross_site_request"}')
        elif scope["query_string"]:
            await _refuse(send, 400, b'{"code":"token_in_url"}')
        else:
            await self._accept(scope, headers, receive, send)

    async def _accept(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        socket = cast("GatewayProtocol", scope["extensions"][EXTENSION])
        socket.opened()
        await self._serve(socket, headers, receive)

    async def _serve(self, socket: GatewayProtocol, headers: dict[bytes, bytes], receive: Receive) -> None:
        try:
            connection, cursor = await self._handshake.run(socket, headers, receive)
        except HandshakeFailed as failure:
            return socket.close(failure.code, failure.code.name.lower())
        except Exception:
            log.exception("handshake_failed")
            return socket.close(CloseCode.INTERNAL_ERROR, "internal_error")
        headers.clear()
        socket.forget_handshake()
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


async def _refuse(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


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
