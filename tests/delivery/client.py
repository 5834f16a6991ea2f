"""A client of the checker on the network: it listens, vanishes at random moments, comes back with its cursor, and posts."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.delivery.client_model import ClientModel, GapInFeed
from tests.delivery.data_folder import Person
from tests.delivery.posting import Book, Post, Poster

Json = dict[str, Any]
RETRY_AFTER_SECONDS = 0.03
PING_SECONDS = 5.0
LATEST_POSTS = 20
"""How many of its last messages a client may still change."""


class Client:
    """One device of one person."""

    def __init__(self, person: Person, label: str, address: str, book: Book, luck: random.Random) -> None:
        self.person = person
        self.label = label
        self.model = ClientModel(label)
        self.wandering = True
        self.fresh_starts = 0
        self.forbidden: Callable[[], set[str]] = set
        """The channels this person may certainly not see at the moment."""
        self.http = httpx2.AsyncClient(
            base_url=f"http://{address}", headers={"Authorization": f"Bearer {person.token}"}, timeout=20.0
        )
        self._uri = f"ws://{address}/gateway"
        self.luck = luck
        self._poster = Poster(self.http, book)
        self._posts: list[Post] = []
        self._socket: ClientConnection | None = None
        self._forbidden_here: set[str] = set()
        self._replies: dict[int, asyncio.Future[Json | None]] = {}
        self._ping_refs = count(1_000_000)

    async def listen(self) -> None:
        """Stay connected, apart from vanishing now and then while `wandering`. For ever; cancel it to end."""
        while True:
            try:
                await self._listen_once()
            except (OSError, WebSocketException, GapInFeed, TimeoutError):
                pass
            finally:
                self._vanish()
            await asyncio.sleep(RETRY_AFTER_SECONDS * self.luck.random())

    async def post(self, channel_id: str, text: str) -> Post:
        """Post a message and perhaps, as after a lost answer, the same once more."""
        post = await self._poster.post(self.label, channel_id, text)
        self._posts.append(post)
        if post.message is not None and self.luck.random() < 0.05:
            await self._poster.post_again(post)
        return post

    async def change_something(self) -> None:
        """Edit or delete one of this client's latest messages, if there is one left, and perhaps repeat its post."""
        posts = [post for post in self._posts[-LATEST_POSTS:] if post.can_be_changed]
        if not posts:
            return
        post = self.luck.choice(posts)
        if self.luck.random() < 0.7:
            await self.edit(post, f"{post.text} edited {self.luck.random()}")
        else:
            await self.delete(post)
        if not post.in_doubt and self.luck.random() < 0.2:
            await self.repeat(post)

    async def edit(self, post: Post, text: str) -> None:
        """Edit a message of one's own."""
        await self._poster.edit(post, text)

    async def delete(self, post: Post) -> None:
        """Delete a message of one's own."""
        await self._poster.delete(post)

    async def repeat(self, post: Post) -> None:
        """Send a post once more that was acknowledged."""
        await self._poster.post_again(post)

    async def has_caught_up(self) -> bool:
        """Whether it is connected and has heard all it missed: the answer to a command comes after that."""
        if self._socket is None or not self.model.has_started:
            return False
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self.command(self._ping())
        except (OSError, WebSocketException, TimeoutError):
            return False
        return True

    async def command(self, frame: Json) -> Json:
        """Send a command over the socket that is open, and wait for its reply. Raises ConnectionError when it is lost."""
        if self._socket is None:
            raise ConnectionError
        waiting = self._replies[frame["ref"]] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps(frame))
            reply = await waiting
        finally:
            del self._replies[frame["ref"]]
        if reply is None:
            raise ConnectionError
        return reply

    async def close(self) -> None:
        """Let go of everything."""
        self._vanish()
        await self.http.aclose()

    def allow(self, channel_id: str) -> None:
        """This person is about to be let into a channel: from now on it may be named to them."""
        self._forbidden_here.discard(channel_id)

    def _ping(self) -> Json:
        return {"op": "command", "ref": next(self._ping_refs), "t": "ping", "d": {}}

    async def _listen_once(self) -> None:
        stay = self.luck.expovariate(1.0) if self.wandering else None
        forbidden = self.forbidden()
        async with connect(self._uri, compression=None, ping_interval=None, max_size=None) as socket:
            self._socket = socket
            self._forbidden_here = forbidden & self.forbidden()
            self.model.connected()
            await socket.send(identify_frame(self.person.token, self.model.cursor))
            await socket.send(json.dumps(self._ping()))  # answered when the replay is over
            async with asyncio.timeout(stay):
                async for text in socket:
                    self._hear(text)

    def _hear(self, text: str | bytes) -> None:
        frame: Json = json.loads(text)
        if frame["op"] == "ready":
            self.fresh_starts += 1
        self._watch_rights(frame, str(text))
        self.model.handle(frame)
        if frame["op"] == "reply":
            reply = self._replies.get(frame["ref"])
            if reply is not None and not reply.done():
                reply.set_result(frame)

    def _watch_rights(self, frame: Json, text: str) -> None:
        """Nothing may name a channel this person may not see, but the events of their own feed: those tell of coming and going."""
        if str(frame.get("feed", "")).startswith("user:"):
            return
        seen = [channel_id for channel_id in self._forbidden_here if channel_id in text]
        if seen:
            self.model.complaints.append(f"{self.label}: was shown the channel {seen[0]}: {text[:200]}")

    def _vanish(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result(None)


def identify_frame(token: str, cursor: str | None) -> str:
    """The first frame of a client; with a cursor it resumes."""
    frame: Json = {"op": "identify", "client": {"kind": "bot", "device": "checker", "version": "1"}, "token": token}
    if cursor is not None:
        frame["cursor"] = cursor
    return json.dumps(frame)
