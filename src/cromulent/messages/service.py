"""Posting, editing and deleting messages and reading the history, on behalf of a user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cromulent.accounts import User, get_users
from cromulent.channels import access_channel, require_writable
from cromulent.db import Connection, Database, Unit, channel_feed
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import RateLimited
from cromulent.kernel.ids import new_id
from cromulent.kernel.paging import SeqPage
from cromulent.kernel.rate_limits import RateLimiter
from cromulent.messages import store
from cromulent.messages.access import access_deletable_message, access_editable_message
from cromulent.messages.errors import AlreadyDeleted, NonceReused, NotTextChannel
from cromulent.messages.facts import MessageDeleted, MessageEdited, MessagePosted
from cromulent.messages.model import Message, Request, checked_request, checked_text
from cromulent.messages.policy import POSTS_PER_10_SECONDS, posting_limit
from cromulent.messages.rendering import Rendered, Renderer


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Messages ascending by seq, and their authors.

    `seq` is the head of the channel's feed, read before the messages: every message up to it that belongs into the page is in
    it, and none after it, so that the page and the events after `seq` make the whole truth. Changes younger than `seq` may
    be in it already; the higher `rev` wins.
    """

    messages: Sequence[Message]
    users: Sequence[User]
    has_before: bool
    has_after: bool
    seq: int


class MessageService:
    """What users do with messages."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        renderer: Renderer,
        *,
        posts_per_10_seconds: int = POSTS_PER_10_SECONDS,
    ) -> None:
        self._database = database
        self._renderer = renderer
        limit = posting_limit(posts_per_10_seconds)
        self._posting = None if limit is None else RateLimiter(limit, clock)
        self._changing = None if limit is None else RateLimiter(limit, clock)

    async def post_message(self, user: User, channel_id: str, nonce: str, text: str) -> tuple[Message, bool]:
        """Post, once: the same request with the same nonce gets the stored message and False.

        Raises `InvalidInput` (see `checked_request`), `RateLimited`, `NotFound`, `NotTextChannel`, `NonceReused`, and
        `Forbidden` (`read_only_channel`).
        """
        request = checked_request(channel_id, user.id, nonce, text)
        _require_patience(self._posting, user, "You are posting too fast.")
        rendered = await self._renderer.render(text)
        message_id = new_id()
        return await self._database.write(lambda unit: _post(unit, message_id, request, rendered))

    async def edit_message(self, user: User, channel_id: str, message_id: str, text: str) -> Message:
        """Give one's own message another text; the same text again changes nothing.

        Raises `InvalidInput` (see `checked_text`), `RateLimited`, `NotFound`, `Forbidden` (`read_only_channel` among
        them), `AlreadyDeleted`.
        """
        text = checked_text(text)
        _require_patience(self._changing, user)
        rendered = await self._renderer.render(text)

        def unit(unit: Unit) -> Message:
            message = access_editable_message(unit.connection, user.id, channel_id, message_id)
            return _edit(unit, message, text, rendered)

        return await self._database.write(unit)

    async def delete_message(self, user: User, channel_id: str, message_id: str) -> Message:
        """Delete one's own message, or as an administrator any; what is deleted already stays as it is.

        Raises `RateLimited`, `NotFound`, `Forbidden`.
        """
        _require_patience(self._changing, user)

        def unit(unit: Unit) -> Message:
            message = access_deletable_message(unit.connection, user.id, channel_id, message_id)
            return message if message.deleted else _delete(unit, message, user.id)

        return await self._database.write(unit)

    async def history(self, user: User, channel_id: str, page: SeqPage) -> HistoryPage:
        """A page of a channel's messages with their authors. Raises `NotFound`."""
        return await self._database.read(lambda connection: _history(connection, user.id, channel_id, page))


def _require_patience(limiter: RateLimiter | None, user: User, refusal: str | None = None) -> None:
    if limiter is None:
        return
    bucket = limiter.bucket(user.id)
    if not bucket.take():
        raise RateLimited(refusal, retry_after_seconds=bucket.seconds_until())


def _post(unit: Unit, message_id: str, request: Request, rendered: Rendered) -> tuple[Message, bool]:
    """The unit. Seqs are given out only for what is stored, or the feed would have a gap."""
    channel = access_channel(unit.connection, request.author_id, request.channel_id)
    if channel.kind != "text":
        raise NotTextChannel
    feed = channel_feed(channel.id)
    seq = unit.head_seq(feed) + 1
    message = Message(
        id=message_id,
        channel_id=channel.id,
        author_id=request.author_id,
        seq=seq,
        rev=seq,
        nonce=request.nonce,
        text=request.text,
        html=rendered.html,
        posted_at=unit.now,
    )
    if not store.insert_message(unit.connection, message, request.hash, rendered.version):
        return _stored(unit.connection, request), False
    require_writable(
        unit.connection, request.author_id, channel
    )  # after the repeat: that one was written when it was allowed
    unit.record(MessagePosted(message), feed, seq=unit.reserve_seq(feed))
    return message, True


def _stored(connection: Connection, request: Request) -> Message:
    found = store.find_by_nonce(connection, request.author_id, request.nonce)
    if found is None or found[1] != request.hash:
        raise NonceReused
    return found[0]


def _edit(unit: Unit, message: Message, text: str, rendered: Rendered) -> Message:
    """The unit behind its gate. Who edits last in log order wins, whatever they had before them."""
    if message.deleted:
        raise AlreadyDeleted
    if message.text == text:
        return message
    feed = channel_feed(message.channel_id)
    seq = unit.reserve_seq(feed)
    edited = replace(message, rev=seq, text=text, html=rendered.html, edited_at=unit.now)
    store.update_text(unit.connection, edited, rendered.version)
    _erase_text(unit, message)
    unit.record(MessageEdited(edited), feed, seq=seq)
    return edited


def _delete(unit: Unit, message: Message, actor_id: str) -> Message:
    feed = channel_feed(message.channel_id)
    seq = unit.reserve_seq(feed)
    deleted = replace(message.without_text(), rev=seq, deleted=True)
    store.empty_message(unit.connection, deleted, unit.now)
    _erase_text(unit, message)
    unit.record(MessageDeleted(deleted, actor_id), feed, seq=seq)
    return deleted


def _erase_text(unit: Unit, superseded: Message) -> None:
    """Take the text out of the one event of the log that still holds it: that of the `rev`, the events before lost theirs then."""
    told = MessagePosted if superseded.rev == superseded.seq else MessageEdited
    unit.erase(told(superseded.without_text()), channel_feed(superseded.channel_id), seq=superseded.rev)


def _history(connection: Connection, user_id: str, channel_id: str, page: SeqPage) -> HistoryPage:
    channel = access_channel(connection, user_id, channel_id)
    edges = store.edges(connection, channel.id)
    messages = _messages_of(connection, channel.id, page, edges.head)
    if messages:
        has_before = edges.first is not None and edges.first < messages[0].seq
        has_after = edges.last is not None and edges.last > messages[-1].seq
    else:  # nothing on the side that was asked for, so all there is lies on the other
        has_before = edges.first is not None and page.direction != "before"
        has_after = edges.first is not None and page.direction == "before"
    authors = get_users(connection, sorted({message.author_id for message in messages}))
    return HistoryPage(messages, authors, has_before, has_after, edges.head)


def _messages_of(connection: Connection, channel_id: str, page: SeqPage, head: int) -> list[Message]:
    match page.direction:
        case "newest":
            return store.messages_before(connection, channel_id, head + 1, page.limit)
        case "before":
            return store.messages_before(connection, channel_id, min(page.bound, head + 1), page.limit)
        case "after":
            return store.messages_from(connection, channel_id, page.bound + 1, head, limit=page.limit)
        case "around":
            older = page.limit // 2
            return store.messages_before(
                connection, channel_id, min(page.bound, head + 1), older
            ) + store.messages_from(connection, channel_id, page.bound, head, limit=page.limit - older)
