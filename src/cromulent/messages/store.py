"""Messages in the database: the only SQL of this package. Statements are built once; posting is two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    ScalarSelect,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from cromulent.db import HotStatement, UtcInstant, channel_feed, metadata, microseconds_of
from cromulent.db.schema import feeds
from cromulent.messages.model import Message

messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("channel_id", String(36), ForeignKey("channels.id", name="fk_messages_channel_id"), nullable=False),
    Column("author_id", String(36), ForeignKey("users.id", name="fk_messages_author_id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("nonce", String(36), nullable=False),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("renderer_version", Integer, nullable=False),
    Column("posted_at", UtcInstant, nullable=False),
    Column("edited_at", UtcInstant),
    Column("deleted_at", UtcInstant),
    UniqueConstraint("channel_id", "seq", name="uq_messages_channel_id_seq"),
    UniqueConstraint("author_id", "nonce", name="uq_messages_author_id_nonce"),
)

_CHANNEL_ID = bindparam("channel_id", type_=String)
_BOUND = bindparam("bound", type_=BigInteger)
_HEAD = bindparam("head", type_=BigInteger)
_LIMIT = bindparam("limit", type_=Integer)
_MESSAGE = (
    messages.c.id,
    messages.c.channel_id,
    messages.c.author_id,
    messages.c.seq,
    messages.c.rev,
    messages.c.nonce,
    messages.c.text,
    messages.c.html,
    messages.c.posted_at,
    messages.c.edited_at,
    messages.c.deleted_at.is_not(None),
)
_NEW = (
    "id",
    "channel_id",
    "author_id",
    "seq",
    "rev",
    "nonce",
    "request_hash",
    "text",
    "html",
    "renderer_version",
    "posted_at",
)
_INSERT_ONCE = {
    dialect.dialect.name: HotStatement(
        dialect.insert(messages).on_conflict_do_nothing(index_elements=["author_id", "nonce"]), _NEW
    )
    for dialect in (sqlite, postgresql)
}
_BY_NONCE = select(*_MESSAGE, messages.c.request_hash).where(
    messages.c.author_id == bindparam("author_id", type_=String), messages.c.nonce == bindparam("nonce", type_=String)
)
_BY_ID = select(*_MESSAGE).where(
    messages.c.id == bindparam("id", type_=String), messages.c.channel_id == bindparam("channel_id", type_=String)
)
_IN_CHANNEL = select(*_MESSAGE).where(messages.c.channel_id == _CHANNEL_ID)
_BEFORE = _IN_CHANNEL.where(messages.c.seq < _BOUND).order_by(messages.c.seq.desc()).limit(_LIMIT)
_FROM = _IN_CHANNEL.where(messages.c.seq >= _BOUND, messages.c.seq <= _HEAD).order_by(messages.c.seq).limit(_LIMIT)
_SEQS = select(messages.c.seq).where(messages.c.channel_id == _CHANNEL_ID).limit(1)
_EDGES = select(
    select(feeds.c.head_seq).where(feeds.c.feed == bindparam("feed", type_=String)).scalar_subquery(),
    _SEQS.order_by(messages.c.seq).scalar_subquery(),
    _SEQS.order_by(messages.c.seq.desc()).scalar_subquery(),
)


@dataclass(frozen=True, slots=True)
class Edges:
    """How far a channel goes, read in one statement: the head of its feed, the seqs of its first and last message."""

    head: int
    first: int | None
    last: int | None


def insert_message(connection: Connection, message: Message, request_hash: bytes, renderer_version: int) -> bool:
    """Keep a new message; False, and nothing done, when its author has used its nonce."""
    row = {
        "id": message.id,
        "channel_id": message.channel_id,
        "author_id": message.author_id,
        "seq": message.seq,
        "rev": message.rev,
        "nonce": message.nonce,
        "request_hash": request_hash,
        "text": message.text,
        "html": message.html,
        "renderer_version": renderer_version,
        "posted_at": microseconds_of(message.posted_at),
    }
    return _INSERT_ONCE[connection.dialect.name].run(connection, row) == 1


def find_by_nonce(connection: Connection, author_id: str, nonce: str) -> tuple[Message, bytes] | None:
    """The message an author posted with a nonce, and the hash of the request that made it."""
    row = connection.execute(_BY_NONCE, {"author_id": author_id, "nonce": nonce}).one_or_none()
    return None if row is None else (Message(*row[:11]), row[11])


def find_message(connection: Connection, channel_id: str, message_id: str) -> Message | None:
    """A message of a channel."""
    row = connection.execute(_BY_ID, {"channel_id": channel_id, "id": message_id}).one_or_none()
    return None if row is None else Message(*row)


def update_text(connection: Connection, message: Message, renderer_version: int) -> None:
    """Keep another text of a message, with its `rev` and `edited_at`."""
    connection.execute(
        update(messages)
        .where(messages.c.id == message.id)
        .values(
            rev=message.rev,
            text=message.text,
            html=message.html,
            renderer_version=renderer_version,
            edited_at=message.edited_at,
        )
    )


def empty_message(connection: Connection, message: Message, deleted_at: datetime) -> None:
    """Leave of a message what a deleted one keeps: its place, its author, and its nonce with the hash of the request."""
    connection.execute(
        update(messages)
        .where(messages.c.id == message.id)
        .values(rev=message.rev, text="", html="", deleted_at=deleted_at)
    )


def delete_messages(connection: Connection, channel_id: str) -> None:
    """Remove all messages of a channel that is about to be gone."""
    connection.execute(delete(messages).where(messages.c.channel_id == channel_id))


def edges(connection: Connection, channel_id: str) -> Edges:
    """How far the channel goes."""
    head, first, last = connection.execute(_EDGES, {"feed": channel_feed(channel_id), "channel_id": channel_id}).one()
    return Edges(head or 0, first, last)


def last_seq_in(channel_id: ColumnElement[str]) -> ScalarSelect[int | None]:
    """For the statement of another store: the seq of the last message of the channel each of its rows is about."""
    return select(func.max(messages.c.seq)).where(messages.c.channel_id == channel_id).scalar_subquery()


def messages_before(connection: Connection, channel_id: str, bound: int, limit: int) -> list[Message]:
    """The last `limit` messages with a seq below `bound`, ascending."""
    page = {"channel_id": channel_id, "bound": bound, "limit": limit}
    return [Message(*row) for row in connection.execute(_BEFORE, page)][::-1]


def messages_from(connection: Connection, channel_id: str, bound: int, head: int, *, limit: int) -> list[Message]:
    """The first `limit` messages with a seq from `bound` to `head`, ascending."""
    page = {"channel_id": channel_id, "bound": bound, "head": head, "limit": limit}
    return [Message(*row) for row in connection.execute(_FROM, page)]
