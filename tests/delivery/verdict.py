"""What is compared at the end: promises with the history, every client with a fresh snapshot and the history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import httpx2

from tests.delivery.client_model import ClientModel
from tests.delivery.posting import Book, Post

Json = dict[str, Any]


async def whole_history(http: httpx2.AsyncClient, channel_id: str) -> list[Json]:
    """Every message of a channel, read backwards by fifty."""
    found: list[Json] = []
    bound: Json = {}
    while True:
        answer = await http.get(f"/api/v1/channels/{channel_id}/messages", params={"limit": 50, **bound})
        answer.raise_for_status()
        page = answer.json()
        found = page["messages"] + found
        if not page["has_before"]:
            return found
        bound = {"before": page["messages"][0]["seq"]}


def broken_promises(book: Book, history: Mapping[str, Sequence[Json]]) -> list[str]:
    """What was acknowledged and is lost, doubled, changed or out of order; `history` by channel."""
    by_nonce = {message["nonce"]: message for messages in history.values() for message in messages}
    counts = Counter(message["nonce"] for messages in history.values() for message in messages)
    found = [f"the nonce {nonce} is in the history {count} times" for nonce, count in counts.items() if count > 1]
    meant = {post.nonce for post in book.posts}
    for post in book.acknowledged():
        if post.channel_id not in history:
            continue  # what was promised in a channel that was deleted went with it
        kept = by_nonce.get(post.nonce)
        if kept is None:
            found.append(f"acknowledged and lost: {post.author} “{post.text}”")
        elif kept != post.message and not post.in_doubt:
            found.append(f"acknowledged as {post.message} and kept as {kept}")
    found += [
        f"nobody meant to post {nonce}" for nonce in counts if nonce not in meant and not _beforehand(by_nonce[nonce])
    ]
    return found + out_of_order(book.acknowledged())


def _beforehand(message: Json) -> bool:
    return str(message["text"]).startswith("posted beforehand")


def out_of_order(acknowledged: Iterable[Post]) -> list[str]:
    """Posts of one author in one channel, each begun after the one before was acknowledged, whose seq does not grow."""
    last: dict[tuple[str, str], Post] = {}
    found: list[str] = []
    for post in acknowledged:
        before = last.get((post.author, post.channel_id))
        if before is not None and _seq(before) >= _seq(post):
            found.append(f"out of order: {post.author} “{post.text}” ({_seq(post)}) after {_seq(before)}")
        last[post.author, post.channel_id] = post
    return found


def disordered(channel_id: str, messages: Sequence[Json]) -> list[str]:
    """Neighbours in the history of a channel whose seq does not grow."""
    seqs = [message["seq"] for message in messages]
    return [f"{channel_id}: {later} follows {earlier}" for earlier, later in pairwise(seqs) if later <= earlier]


def differences(model: ClientModel, fresh: ClientModel, history: Mapping[str, Sequence[Json]]) -> list[str]:
    """Where a client's state is not that of one which has just started, or its messages are not those of the history."""
    mine, new = model.state(), fresh.state()
    found = [f"{model.name}: {part} differs: {mine[part]} and {new[part]}" for part in mine if mine[part] != new[part]]
    for channel_id, since in model.since.items():
        expected = [message for message in history.get(channel_id, ()) if message["seq"] > since]
        held = [message for _, message in sorted(model.messages[channel_id].items())]
        if held != expected:
            found.append(f"{model.name}: holds {_seqs(held)} of {channel_id}, the history has {_seqs(expected)}")
    return found


def _seqs(messages: Sequence[Json]) -> str:
    seqs = [message["seq"] for message in messages]
    return f"{len(seqs)} messages up to {seqs[-1]}" if seqs else "nothing"


def _seq(post: Post) -> int:
    assert post.message is not None
    return int(post.message["seq"])
