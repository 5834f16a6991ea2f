"""Posting until it is acknowledged: the same nonce again after every doubt, and a book of what the server has promised."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx2

from cromulent.kernel.ids import new_id

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
RETRY_AFTER_SECONDS = 0.03


@dataclass
class Post:
    """One message somebody means to send. `message` is what the server acknowledged; None: it never did."""

    author: str
    channel_id: str
    text: str
    nonce: str = field(default_factory=new_id)
    tries: int = 0
    message: Json | None = None


@dataclass
class Book:
    """All posts of a run in the order each author began them, and what was wrong with the answers."""

    posts: list[Post] = field(default_factory=list[Post])
    complaints: list[str] = field(default_factory=list[str])

    def acknowledged(self) -> list[Post]:
        """Those the server has promised to keep."""
        return [post for post in self.posts if post.message is not None]


class Poster:
    """Posts on behalf of one person, over connections that break whenever the server dies."""

    def __init__(self, http: httpx2.AsyncClient, book: Book) -> None:
        self._http = http
        self._book = book

    async def post(self, author: str, channel_id: str, text: str) -> Post:
        """Post one message, trying until there is an answer that settles it."""
        post = Post(author, channel_id, text)
        self._book.posts.append(post)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._try(post):
                await _a_moment()
        return post

    async def post_again(self, post: Post) -> None:
        """Repeat an acknowledged request, as a client does that did not hear the answer."""
        assert post.message is not None
        known = post.message
        answer = await self._answer(post)
        if answer is None or answer.status_code >= 500:
            return
        if answer.status_code != 200 or answer.json()["message"] != known:
            self._complain(post, f"was repeated and answered {answer.status_code} {answer.text[:300]}")

    async def _try(self, post: Post) -> bool:
        """One attempt; True when it is settled."""
        post.tries += 1
        answer = await self._answer(post)
        if answer is None or answer.status_code in (429, 500, 502, 503):
            return False
        if answer.status_code == 404:
            return True  # no member any more: neither kept nor promised
        if answer.status_code not in (200, 201) or (answer.status_code == 200 and post.tries == 1):
            self._complain(post, f"was answered {answer.status_code} {answer.text[:300]}")
            return True
        post.message = answer.json()["message"]
        return True

    async def _answer(self, post: Post) -> httpx2.Response | None:
        path = f"/api/v1/channels/{post.channel_id}/messages"
        try:
            return await self._http.post(path, json={"nonce": post.nonce, "text": post.text})
        except httpx2.TransportError:
            return None

    def _complain(self, post: Post, what: str) -> None:
        self._book.complaints.append(f"{post.author}: “{post.text}” {what}")


async def _a_moment() -> None:
    await asyncio.sleep(RETRY_AFTER_SECONDS)
