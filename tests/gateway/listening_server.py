"""A gateway on a port of its own: real sockets, real uvicorn, real accounts; and clients that speak to it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from cromulent.accounts import AccountService, EntryChecks, Identity, Visitor
from cromulent.gateway import (
    CommandHandler,
    CommandTable,
    Connection,
    ConnectionEvents,
    GatewayLimits,
    GatewayProtocol,
    GatewayServer,
    Handshake,
)
from cromulent.gateway.commands.ping import ping_commands
from cromulent.gateway.protocol import InstanceInfo, Ping
from cromulent.kernel.clock import SystemClock
from cromulent.web import refuse_upgrade
from tests.gateway.stage import Stage

CLIENT = {"kind": "bot", "device": "test", "version": "1"}
DEADLINE_SECONDS = 10.0


class QuickProtocol(GatewayProtocol):
    """The server's protocol, which does not wait long for a closing handshake nobody answers."""

    patience_seconds = 0.2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = self.patience_seconds


class OnAPort(uvicorn.Server):
    """uvicorn inside a test: signals are the test runner's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class ListeningServer:
    """The gateway of a stage, reachable at `uri`."""

    def __init__(self, path: Path, limits: GatewayLimits) -> None:
        self.stage = Stage(path, SystemClock(), limits)
        self.accounts = AccountService(self.stage.database, SystemClock(), EntryChecks.open(SystemClock(), b"key"))
        self.opened: list[Connection] = []
        self.closed: list[Connection] = []
        self.fail_next_identify = False
        self.scopes: list[Any] = []
        self._gateway = self._application(limits)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.uri = f"ws://127.0.0.1:{self._socket.getsockname()[1]}/gateway"
        config = uvicorn.Config(
            self._entrance,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            ws=QuickProtocol,
            ws_max_size=256 * 1024,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
        )
        self._server = OnAPort(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen."""
        await self.stage.start()
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def stop_serving(self) -> None:
        """End the server as SIGTERM does."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving

    async def stop(self) -> None:
        """End everything in order."""
        await self.stop_serving()
        await self.accounts.close()
        await self.stage.database.close()

    async def log_in(self, name: str) -> tuple[Identity, str]:
        """A user (made if need be) with a fresh login, and its token."""
        link = await self.accounts.make_sign_in_link(name, "member")
        logged_in = await self.accounts.log_in_by_link(link, Visitor("test", "127.0.0.1"))
        return Identity(logged_in.user, logged_in.login_session_id, "test"), logged_in.token

    @asynccontextmanager
    async def client(
        self, token: str | None, cursor: str | None = None, user_id: str | None = None
    ) -> AsyncIterator[Client]:
        """A client that has said `identify`."""
        async with self.socket() as raw:
            client = Client(raw)
            await client.identify(token, cursor, user_id)
            yield client

    def socket(
        self, *, query: str = "", origin: str | None = None, cookie: str | None = None, address: str | None = None
    ) -> connect:
        """An upgraded socket that has said nothing; `address` is where a proxy says that it comes from."""
        headers = {"Origin": origin, "Cookie": cookie, "X-Forwarded-For": address}
        given = {name: value for name, value in headers.items() if value is not None}
        return connect(self.uri + query, additional_headers=given, compression=None, ping_interval=None, max_size=None)

    async def socket_on(self, raw: socket.socket) -> ClientConnection:
        """The same over a TCP connection the test has made its own way."""
        return await connect(self.uri, sock=raw, compression=None, ping_interval=None, max_queue=1)

    def sockets_open(self) -> int:
        """How many connections uvicorn has."""
        return len(self._server.server_state.connections)

    def reading_is_paused(self) -> bool:
        """Whether a connection has sent what nobody has read yet."""
        return any(getattr(one, "read_paused", False) for one in self._server.server_state.connections)

    async def _entrance(self, scope: Any, receive: Any, send: Any) -> None:
        """An application on the way to the gateway, which holds on to the scope as any does."""
        self.scopes.append(scope)
        await self._gateway(scope, receive, send)

    def _application(self, limits: GatewayLimits) -> GatewayServer:
        async def wait_for_ever(_connection: Connection, _command: Ping) -> dict[str, str]:
            await asyncio.get_running_loop().create_future()
            return {}

        commands = CommandTable([*ping_commands(), CommandHandler("wait", Ping, wait_for_ever)])
        return GatewayServer(
            hub=self.stage.hub,
            handshake=Handshake(self, InstanceInfo("i1", "Home", 8), limits),  # type: ignore[arg-type] - a stand-in
            welcome=self.stage.welcome,
            commands=commands,
            events=ConnectionEvents(self.opened.append, self.closed.append),
            limits=limits,
            clock=SystemClock(),
            allowed_origins=frozenset({"https://chat.example"}),
            refuse_upgrade=refuse_upgrade,
        )

    async def identify(self, token: str) -> Identity:
        """The accounts' answer, or, when the test wants it, a failure nobody has foreseen."""
        if self.fail_next_identify:
            self.fail_next_identify = False
            raise OSError("the disk is gone")
        return await self.accounts.identify(token)


class Client:
    """One socket, spoken to in JSON."""

    def __init__(self, raw: ClientConnection) -> None:
        self.raw = raw

    async def identify(self, token: str | None, cursor: str | None = None, user_id: str | None = None) -> None:
        """Say who one is."""
        frame = {"op": "identify", "client": CLIENT, "token": token, "cursor": cursor, "user_id": user_id}
        await self.say({name: value for name, value in frame.items() if value is not None})

    async def say(self, frame: object) -> None:
        """Send one frame."""
        await self.raw.send(json.dumps(frame))

    async def hear(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return json.loads(await self.raw.recv())

    async def hear_until(self, op: str) -> dict[str, Any]:
        """The next frame with that `op`; others are passed over."""
        while (frame := await self.hear())["op"] != op:
            pass
        return frame

    async def closed(self) -> tuple[int | None, str | None]:
        """Code and reason of the close, when it has come."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            await self.raw.wait_closed()
        return self.raw.close_code, self.raw.close_reason
