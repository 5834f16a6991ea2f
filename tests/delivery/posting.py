"""Posting, editing, deleting until it is acknowledged: the same request after every doubt, and a book of what was promised."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx2

from cromulent.kernel.ids import new_id

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
RETRY_AFTER_SECONDS = 0.03
TRY_AGAIN = (429, 500, 502, 503)


@dataclass
class Post:
    """One message somebody means to send. `message` is what the server acknowledged last; None: it never did.

    `in_doubt` says that a change of it was asked for and never settled: its author lost the channel meanwhile.
    """

    author: str
    channel_id: str
    text: str
    nonce: str = field(default_factory=new_id)
    tries: int = 0
    message: Json | None = None
    in_doubt: bool = False

    @property
    def can_be_changed(self) -> bool:
        """Whether its author has something to edit or delete."""
        return self.message is not None and not self.message["deleted"] and not self.in_doubt


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

    async def edit(self, post: Post, text: str) -> None:
        """Edit an acknowledged message, trying until there is an answer that settles it."""
        await self._change(post, "PATCH", {"text": text}, {"text": text, "deleted": False})

    async def delete(self, post: Post) -> None:
        """Delete an acknowledged message, trying until there is an answer that settles it."""
        await self._change(post, "DELETE", {}, {"text": "", "html": "", "deleted": True})

    async def post_again(self, post: Post) -> None:
        """Repeat an acknowledged request, as a client does that did not hear the answer."""
        assert post.message is not None
        assert not post.in_doubt
        known = post.message
        answer = await self._answer(post)
        if answer is None or answer.status_code >= 500 or answer.status_code == 404:
            return  # no answer, or no member any more
        if answer.status_code != 200 or answer.json()["message"] != known:
            self._complain(post, f"was repeated and answered {answer.status_code} {answer.text[:300]}")

    async def _try(self, post: Post) -> bool:
        """One attempt; True when it is settled."""
        post.tries += 1
        answer = await self._answer(post)
        if answer is None or answer.status_code in TRY_AGAIN:
            return False
        if answer.status_code == 404:
            return True  # no member any more: neither kept nor promised
        if answer.status_code not in (200, 201) or (answer.status_code == 200 and post.tries == 1):
            self._complain(post, f"was answered {answer.status_code} {answer.text[:300]}")
            return True
        post.message = answer.json()["message"]
        return True

    async def _change(self, post: Post, method: str, body: Json, expected: Json) -> None:
        assert post.message is not None
        path = f"/messages/{post.message['id']}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await self._ask(post, method, path, body)) is None or answer.status_code in TRY_AGAIN:
                post.in_doubt = True  # it may have been done, all the same
                await _a_moment()
        if answer.status_code == 404:
            return  # no member any more
        post.in_doubt = False
        if answer.status_code != 200:
            self._complain(post, f"was to be changed and answered {answer.status_code} {answer.text[:300]}")
            return
        before, after = post.message, answer.json()["message"]
        post.message = after
        kept = {name: before[name] for name in ("id", "channel_id", "author_id", "seq", "nonce", "posted_at")}
        if not after.items() >= (expected | kept).items() or after["rev"] <= before["rev"]:
            self._complain(post, f"was changed from {before} to {after}")

    async def _answer(self, post: Post) -> httpx2.Response | None:
        return await self._ask(post, "POST", "/messages", {"nonce": post.nonce, "text": post.text})

    async def _ask(self, post: Post, method: str, path: str, body: Json) -> httpx2.Response | None:
        try:
            return await self._http.request(method, f"/api/v1/channels/{post.channel_id}{path}", json=body)
        except httpx2.TransportError:
            return None

    def _complain(self, post: Post, what: str) -> None:
        self._book.complaints.append(f"{post.author}: “{post.text}” {what}")


async def _a_moment() -> None:
    await asyncio.sleep(RETRY_AFTER_SECONDS)
