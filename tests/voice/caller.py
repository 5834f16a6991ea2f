"""A client of voice without a browser: one socket to a real server, commands, and what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.browser.server_process import PASSWORD, ServerProcess

DEADLINE_SECONDS = 10.0


class Refused(Exception):
    """A command was answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["code"])
        self.code: str = error["code"]
        self.detail: dict[str, str] = error.get("detail") or {}


class Caller:
    """One page of a user. `mute_script` makes it deaf to questions, as a frozen page is."""

    def __init__(self, raw: ClientConnection, device: str) -> None:
        self.device = device
        self.mute_script = False
        self.snapshot: dict[str, Any] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self._raw = raw
        self._refs = count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Condition()
        self._listening: asyncio.Task[None] | None = None

    async def identify(self) -> None:
        """Say who one is and take the snapshot."""
        client = {"kind": "bot", "device": self.device, "version": "1"}
        await self._raw.send(json.dumps({"op": "identify", "client": client}))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (frame := json.loads(await self._raw.recv()))["op"] != "ready":
                pass
        self.snapshot = frame["snapshot"]
        self._listening = asyncio.create_task(self._listen())

    def channel(self, name: str) -> str:
        """The id of a channel."""
        return next(one["id"] for one in self.snapshot["channels"] if one["name"] == name)

    async def command(self, name: str, **d: Any) -> dict[str, Any]:
        """Say a command and wait for its answer. Raises `Refused`."""
        ref = next(self._refs)
        answer = self._answers[ref] = asyncio.get_running_loop().create_future()
        await self._raw.send(json.dumps({"op": "command", "ref": ref, "t": name, "d": d}))
        async with asyncio.timeout(DEADLINE_SECONDS):
            reply = await answer
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["d"]

    async def join(self, channel_id: str, join_id: str = "one", **more: Any) -> dict[str, Any]:
        """`voice.join`."""
        audio = {"muted": False, "deafened": False, "sends_audio": True}
        return await self.command("voice.join", channel_id=channel_id, join_id=join_id, **audio, **more)

    async def hear(self, name: str, **expected: Any) -> dict[str, Any]:
        """Wait until a dispatch of that name, with these fields, has come; one that came already counts."""

        def found() -> dict[str, Any] | None:
            for told, d in self.told:
                if told == name and all(d.get(key) == value for key, value in expected.items()):
                    return d
            return None

        async with asyncio.timeout(DEADLINE_SECONDS), self._news:
            await self._news.wait_for(lambda: found() is not None)
        return found() or {}

    async def _listen(self) -> None:
        with suppress(ConnectionClosed):  # a server that is killed does not close its sockets nicely
            async for text in self._raw:
                await self._take(json.loads(text))

    async def _take(self, frame: dict[str, Any]) -> None:
        if frame["op"] == "reply":
            self._answers.pop(frame["ref"]).set_result(frame)
        elif frame["op"] == "dispatch":
            if frame["t"] == "voice.holder_asked" and not self.mute_script:
                answer = {"op": "command", "ref": 0, "t": "voice.answer", "d": {"ask_id": frame["d"]["ask_id"]}}
                self._answers[0] = asyncio.get_running_loop().create_future()
                await self._raw.send(json.dumps(answer))
            async with self._news:
                self.told.append((frame["t"], frame["d"]))
                self._news.notify_all()


class House:
    """A server and the logins of the people in it."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self._cookies: dict[str, str] = {}

    async def browser(self, user_name: str) -> httpx2.AsyncClient:
        """HTTP as a logged-in page speaks it."""
        origin = self.server.url
        browser = httpx2.AsyncClient(base_url=f"{origin}/api/v1/", headers={"origin": origin})
        if user_name in self._cookies:
            browser.headers["cookie"] = self._cookies[user_name]
            return browser
        answer = await browser.post("login", json={"login": user_name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self._cookies[user_name] = answer.headers["set-cookie"].partition(";")[0]
        return browser

    @asynccontextmanager
    async def page(self, user_name: str, device: str = "test") -> AsyncIterator[Caller]:
        """A page of a user, live."""
        await (await self.browser(user_name)).aclose()
        headers = {"Origin": self.server.url, "Cookie": self._cookies[user_name]}
        uri = self.server.url.replace("http", "ws", 1) + "/gateway"
        async with connect(uri, additional_headers=headers, compression=None, ping_interval=None) as raw:
            caller = Caller(raw, device)
            await caller.identify()
            yield caller
