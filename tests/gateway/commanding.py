"""A connection with a command loop and a few commands of its own, spoken to as by the network."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from cromulent.accounts import Identity, User
from cromulent.gateway import CommandHandler, CommandTable, Connection, GatewayLimits
from cromulent.gateway.command_loop import CommandLoop
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotFound
from tests.gateway.fake_socket import FakeSocket


class Echo(msgspec.Struct):
    """What the commands of this page take."""

    text: str
    times: int = 1


class Unencodable:
    """A result no encoder knows."""


class Speaker:
    """The client's end: says frames and hears replies."""

    def __init__(self, clock: FakeClock, limits: GatewayLimits | None = None) -> None:
        self.socket = FakeSocket()
        user = User("u1", "ann", "Ann", "member", None, clock.now(), None)
        self.limits = limits or GatewayLimits()
        self.connection = Connection(self.socket, Identity(user, "s1", "test"), "test", self.limits)
        self.connection.go_live()
        self.gate = asyncio.Event()
        self.under_way = 0
        self.ended: list[str] = []
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._loop = CommandLoop(self.connection, CommandTable(self._handlers()), self.limits, clock)
        self.running = asyncio.ensure_future(self._loop.run(self._frames.get))

    def _handlers(self) -> list[CommandHandler]:
        def echo(_connection: Connection, command: Echo) -> dict[str, str]:
            return {"said": command.text * command.times}

        def refuse(_connection: Connection, _command: Echo) -> None:
            raise NotFound(detail={"what": "it"})

        def fail(_connection: Connection, _command: Echo) -> None:
            raise ZeroDivisionError

        def unencodable(_connection: Connection, _command: Echo) -> Unencodable:
            return Unencodable()

        async def refuse_slowly(_connection: Connection, _command: Echo) -> None:
            raise NotFound

        async def fail_slowly(_connection: Connection, _command: Echo) -> None:
            raise ZeroDivisionError

        async def unencodable_slowly(_connection: Connection, _command: Echo) -> Unencodable:
            return Unencodable()

        named = (echo, refuse, fail, unencodable, refuse_slowly, fail_slowly, unencodable_slowly)
        own = [CommandHandler("slow", Echo, self._slow), CommandHandler("voice.signal", Echo, echo)]
        return own + [CommandHandler(handle.__name__, Echo, handle) for handle in named]

    async def _slow(self, _connection: Connection, command: Echo) -> dict[str, str]:
        self.under_way += 1
        try:
            await self.gate.wait()
            return {"said": command.text}
        finally:
            self.under_way -= 1
            self.ended.append(command.text)

    async def say(self, *texts: str) -> None:
        """Send frames and let the loop take them."""
        for text in texts:
            self._frames.put_nowait({"type": "websocket.receive", "text": text})
        await self.settle()

    async def say_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        self._frames.put_nowait({"type": "websocket.receive", "bytes": data})
        await self.settle()

    async def hang_up(self) -> None:
        """End the connection from the client's side."""
        self._frames.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.running

    async def settle(self) -> None:
        """Give every task that can go on a few steps."""
        for _ in range(10):
            await asyncio.sleep(0)

    def errors(self) -> list[tuple[int, str]]:
        """`ref` and code of the refusals."""
        return [(reply["ref"], reply["error"]["code"]) for reply in self.socket.replies() if "error" in reply]


def command(ref: int, name: str, text: str = "hi", **more: object) -> str:
    """The frame of a command."""
    return json.dumps({"op": "command", "ref": ref, "t": name, "d": {"text": text, **more}}, ensure_ascii=False)
