"""The delivery checker: several clients, one server that is killed again and again, and what must be true at the end."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from websockets.asyncio.client import connect

from tests.delivery.client import Client, identify_frame
from tests.delivery.client_model import ClientModel
from tests.delivery.data_folder import Cast, DataFolder, Person
from tests.delivery.posting import Book
from tests.delivery.server_process import ServerProcess
from tests.delivery.verdict import Json, broken_promises, differences, disordered, whole_history
from tests.delivery.warden import Warden

NAMES = ("ann", "ben", "cleo", "dan")
PRIVATE_MEMBERS = ("ann", "ben")
DEVICES = (0, 0, 1, 2, 3)
"""Whose device each client is: the first person has two."""
LONGEST_LIFE_SECONDS = 2.0
LOOK_EVERY_SECONDS = 0.1
CONNECT_SECONDS = 60.0
CHANGES_A_POST = 0.4
"""How many messages are edited or deleted for each that is posted."""


class Checker:
    """One run. The server and every client belong to it and end with it."""

    def __init__(self, folder: Path, seed: int, fault: str | None = None, *, database_url: str = "") -> None:
        self.luck = random.Random(seed)
        self.folder = DataFolder(folder, database_url)
        self.server = ServerProcess(folder, fault)
        self.book = Book()
        self.clients: list[Client] = []
        self.cast = Cast((), None, None)  # type: ignore[arg-type] - until it begins
        self.patience_seconds = 15.0
        self._posting = True

    async def set_up(self) -> None:
        """Make the instance with its people; the server does not run yet."""
        self.cast = await self.folder.set_up(NAMES, PRIVATE_MEMBERS)
        people = self.cast.people
        for number, who in enumerate(DEVICES):
            label = f"{people[who].name}/{number}"
            luck = random.Random(self.luck.random())
            client = Client(people[who], label, self.server.address, self.book, luck)
            client.forbidden = lambda person=people[who]: self._forbidden_to(person)
            self.clients.append(client)
        members = {person.id for person in people if person.name in PRIVATE_MEMBERS}
        self.warden = Warden(self.clients[0].http, self.cast, random.Random(self.luck.random()), members)
        self.warden.let_in = self._let_in

    @asynccontextmanager
    async def everybody_busy(self) -> AsyncIterator[None]:
        """While this lasts every client listens, vanishes, comes back and posts. Afterwards all posts are settled."""
        listening = [asyncio.create_task(client.listen()) for client in self.clients]
        posting = [asyncio.create_task(self._keep_posting(client)) for client in self.clients]
        warden = asyncio.create_task(self.warden.work())
        try:
            yield
            async with self.warden.at_work:
                warden.cancel()
            self._posting = False
            await asyncio.gather(*posting)
            for client in self.clients:
                client.wandering = False
            await self._quiet(self.clients)
        finally:
            for task in (*listening, *posting, warden):
                task.cancel()
            await asyncio.gather(*listening, *posting, warden, return_exceptions=True)

    @asynccontextmanager
    async def everybody_listening(self, clients: Sequence[Client]) -> AsyncIterator[None]:
        """While this lasts these clients stay connected; they are when it begins, and have everything when it ends."""
        for client in clients:
            client.wandering = False
        listening = [asyncio.create_task(client.listen()) for client in clients]
        try:
            await self._connected(clients)
            yield
            await self._quiet(clients)
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def torment(self, kills: int) -> None:
        """Let the server live a little, kill it, start it again; sometimes somebody's rights have changed meanwhile."""
        for _ in range(kills):
            await asyncio.sleep(self.luck.uniform(0.1, LONGEST_LIFE_SECONDS))
            self.server.kill()
            if self.luck.random() < 0.4 and not self.warden.at_work.locked():
                async with self.warden.at_work:  # who does not begin an act on somebody who is just being moved
                    await self.change_a_membership()
            await self.server.start()

    async def change_a_membership(self) -> None:
        """Somebody joins or leaves the private channel while the server is down. The first person always stays."""
        person = self.luck.choice(self.cast.people[1:])
        member = person.id not in self.warden.members
        await self.folder.set_member(self.cast.private_channel, person.id, member=member)
        self.warden.members ^= {person.id}

    async def verdict(self, *, fresh_starts: int = 1) -> list[str]:
        """Everything that is wrong with those who took part. `fresh_starts` is how often one may be told to start afresh."""
        found = list(self.book.complaints)
        took_part = [client for client in self.clients if client.fresh_starts]
        for client in took_part:
            found += client.model.complaints
            if client.fresh_starts > fresh_starts:
                found.append(f"{client.label}: was told {client.fresh_starts} times to start afresh")
        fresh = [(client.model, await self.fresh(client.person)) for client in took_part]
        history = (
            await self.history()
        )  # after that: reading it makes somebody online whom those who have gone cannot know of
        found += broken_promises(self.book, history)
        for channel_id, messages in history.items():
            found += disordered(channel_id, messages)
        for model, known in fresh:
            found += differences(model, known, history)
        return found

    async def history(self) -> dict[str, list[Json]]:
        """All messages by channel, as the first person reads them: also of one that was made, and the answer lost with the server."""
        first = await self.fresh(self.cast.people[0])
        channel_ids = {one["id"] for one in first.channels.values() if one["kind"] == "text"}
        channel_ids |= {self.cast.open_channel.id, self.cast.private_channel.id}
        return {channel_id: await whole_history(self.clients[0].http, channel_id) for channel_id in channel_ids}

    async def fresh(self, person: Person) -> ClientModel:
        """What a client of that person holds that starts now."""
        model = ClientModel(f"{person.name}/fresh")
        async with connect(f"ws://{self.server.address}/gateway", compression=None, max_size=None) as socket:
            await socket.send(identify_frame(person.token, None))
            while not model.feeds:
                model.handle(json.loads(await socket.recv()))
        return model

    async def close(self) -> None:
        """End what runs."""
        for client in self.clients:
            await client.close()
        self.server.kill()

    def report(self, violations: Sequence[str]) -> str:
        """A few lines about the run."""
        posts, kept = len(self.book.posts), len(self.book.acknowledged())
        edited = sum(bool(post.message and post.message["edited_at"]) for post in self.book.posts)
        deleted = sum(bool(post.message and post.message["deleted"]) for post in self.book.posts)
        lines = [f"{self.server.lives} lives of the server, {posts} posts, {kept} acknowledged"]
        lines.append(f"{edited} edited, {deleted} deleted")
        return "\n".join([*lines, f"{len(violations)} violations", *violations[:20]])

    async def _connected(self, clients: Sequence[Client]) -> None:
        """Wait until these clients have been told `ready` or `resumed`, and what they had missed; or that it does not add up."""
        async with asyncio.timeout(CONNECT_SECONDS):
            for client in clients:
                while not await client.has_caught_up() and not client.model.complaints:
                    await _a_moment()

    async def _quiet(self, clients: Sequence[Client]) -> None:
        """Wait until these clients have what fresh ones have; when that does not come true, the verdict will say so."""
        deadline = asyncio.get_running_loop().time() + self.patience_seconds
        for client in clients:
            while asyncio.get_running_loop().time() < deadline:
                if await client.has_caught_up() and client.model.state() == (await self.fresh(client.person)).state():
                    break
                await _a_moment()

    async def _keep_posting(self, client: Client) -> None:
        number = 0
        while self._posting:
            await asyncio.sleep(client.luck.random() * 0.04)
            writable = [one["id"] for one in client.model.channels.values() if one["kind"] == "text"]
            if writable:
                number += 1
                await client.post(client.luck.choice(sorted(writable)), f"{client.label} {number}")
            if client.luck.random() < CHANGES_A_POST:
                await client.change_something()

    def _forbidden_to(self, person: Person) -> set[str]:
        return set() if person.id in self.warden.members else {self.cast.private_channel.id}

    def _let_in(self, person: Person) -> None:
        for client in self.clients:
            if client.person is person:
                client.allow(self.cast.private_channel.id)


async def _a_moment() -> None:
    await asyncio.sleep(LOOK_EVERY_SECONDS)
