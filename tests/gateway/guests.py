"""Somebody at the other end of a WebSocket of a whole instance, without a network: everything behind the socket is real."""

from __future__ import annotations

import asyncio
import json
import math
from typing import Any

import msgspec

from cromulent.gateway.socket import EXTENSION
from cromulent.web import AsgiApp
from tests.gateway.fake_socket import TEXT, FakeSocket, frames_of
from tests.gateway.waiting import until

CLIENT = {"kind": "web", "device": "test", "version": "1"}
Json = dict[str, Any]


class UpgradedSocket(FakeSocket):
    """The fake as the gateway finds it in the scope. It is never silent for too long."""

    def __init__(self) -> None:
        super().__init__(heard_at=math.inf)
        self.heard: asyncio.Queue[Json] = asyncio.Queue()

    def opened(self) -> None:
        """The upgrade is done."""

    def forget_handshake(self) -> None:
        """There is nothing to forget."""

    def close(self, code: int, reason: str) -> None:
        """As the real one, the application hears of it too."""
        super().close(code, reason)
        self.heard.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})


class Guest:
    """One client that comes with a token, says frames and hears what is said to it."""

    def __init__(self, app: AsgiApp, token: str) -> None:
        self._app = app
        self._token = token
        self.socket = UpgradedSocket()
        self._serving: asyncio.Task[None] | None = None
        self._pings = 0
        self._read = 0

    @property
    def is_there(self) -> bool:
        """Whether it is connected."""
        return self._serving is not None and self.socket.open

    async def come(self, cursor: str | None = None) -> None:
        """Connect and identify oneself; returns when live, or closed."""
        self.knock()
        identify = {"op": "identify", "client": CLIENT, "token": self._token}
        self.say(json.dumps(identify | ({} if cursor is None else {"cursor": cursor})))
        await self.settle()

    def knock(self) -> None:
        """Open a socket."""
        self.socket, self._read = UpgradedSocket(), 0
        scope: Json = {
            "type": "websocket",
            "path": "/gateway",
            "query_string": b"",
            "scheme": "ws",
            "client": ("192.0.2.1", 50000),
            "headers": [(b"host", b"chat.test"), (b"origin", b"http://chat.test")],
            "extensions": {EXTENSION: self.socket},
        }
        self.socket.heard.put_nowait({"type": "websocket.connect"})
        self._serving = asyncio.ensure_future(self._app(scope, self.socket.heard.get, _ignore))

    def say(self, text: str) -> None:
        """Send one frame."""
        self.socket.heard.put_nowait({"type": "websocket.receive", "text": text})

    def command(self, name: str, arguments: Json) -> None:
        """Send one command nobody waits for the answer of."""
        self.say(json.dumps({"op": "command", "ref": 0, "t": name, "d": arguments}))

    async def settle(self) -> None:
        """Wait until all that was said has been looked at: a `ping` behind it is answered, or the connection is closed."""
        self._pings -= 1
        ref = self._pings
        self.say(json.dumps({"op": "command", "ref": ref, "t": "ping", "d": {}}))
        answer = b'"ref":%d,' % ref
        await until(lambda: answer in self.socket.sent or not self.socket.open, "the answer to a ping")

    async def go(self) -> None:
        """Vanish; what was not read is lost."""
        if self._serving is not None:
            self.socket.hang_up()
            self.socket.heard.put_nowait({"type": "websocket.disconnect", "code": 1006})
            await self._serving
            self._serving = None

    def read(self) -> list[Json]:
        """What has been heard since the last time."""
        data = self.socket.sent[self._read :]
        self._read += len(data)
        return [msgspec.json.decode(payload) for opcode, payload in frames_of(data) if opcode == TEXT]


async def _ignore(_message: object) -> None:
    """What is said by ASGI messages: that the socket is accepted."""
