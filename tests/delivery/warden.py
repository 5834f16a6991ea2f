"""An administrator at work while the server runs: lets people into the private channel, kicks them, makes channels and deletes them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import httpx2

from tests.delivery.data_folder import Cast, Person

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
RETRY_AFTER_SECONDS = 0.05


class Warden:
    """The first person of the cast, who always stays. What was asked for is asked again until it is answered."""

    def __init__(self, http: httpx2.AsyncClient, cast: Cast, luck: random.Random, members: set[str]) -> None:
        self.members = members
        """Who may be in the private channel: from the moment they are let in until their removal is answered."""
        self.kicks = 0
        self.let_in: Callable[[Person], None] = lambda person: None
        """Called before somebody is let in."""
        self.at_work = asyncio.Lock()
        self._http = http
        self._cast = cast
        self._luck = luck

    async def work(self) -> None:
        """Go on for ever; cancel it between two acts, holding `at_work`."""
        while True:
            await asyncio.sleep(self._luck.random() * 0.3)
            async with self.at_work:
                if self._luck.random() < 0.15:
                    await self._make_and_delete_a_channel()
                else:
                    await self.swap(self._luck.choice(self._cast.people[1:]))

    async def swap(self, person: Person) -> None:
        """Kick somebody out of the private channel, or let them in."""
        path = f"/api/v1/channels/{self._cast.private_channel.id}/members/{person.id}"
        if person.id in self.members:
            await self._ask("DELETE", path, (204, 404))
            self.members.discard(person.id)
            self.kicks += 1
        else:
            self.members.add(person.id)
            self.let_in(person)
            await self._ask("PUT", path, (204,), {})

    async def _make_and_delete_a_channel(self) -> None:
        wanted = {"kind": "text", "name": "passing", "visibility": self._luck.choice(["public", "private"])}
        channel = (await self._ask("POST", "/api/v1/channels", (201,), wanted)).json()["channel"]
        for person in self._luck.sample(self._cast.people[1:], 2):
            await self._ask("PUT", f"/api/v1/channels/{channel['id']}/members/{person.id}", (204,), {})
        await asyncio.sleep(self._luck.random() * 0.3)
        await self._ask("DELETE", f"/api/v1/channels/{channel['id']}", (204, 404))

    async def _ask(self, method: str, path: str, good: Sequence[int], body: Json | None = None) -> httpx2.Response:
        """Ask until there is an answer that settles it; a channel whose making was not answered is made again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    answer = await self._http.request(method, path, json=body)
                except httpx2.TransportError:
                    await _a_moment()
                    continue
                if answer.status_code in good:
                    return answer
                if answer.status_code not in (429, 500, 502, 503):
                    raise AssertionError(f"{method} {path} was answered {answer.status_code} {answer.text[:300]}")
                await _a_moment()


async def _a_moment() -> None:
    await asyncio.sleep(RETRY_AFTER_SECONDS)
