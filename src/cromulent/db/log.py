"""Reading the log: replay by position, heads of feeds, pruning of what is old."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from cromulent.db.schema import events, feeds, log_head

INSTANCE_FEED = "instance"


def channel_feed(channel_id: str) -> str:
    """The feed of a channel: heard by its members."""
    return f"channel:{channel_id}"


def user_feed(user_id: str) -> str:
    """The feed of one user: heard by that user's connections."""
    return f"user:{user_id}"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event. `payload` is the JSON of the dispatch's `d`, as text, ready to be framed."""

    pos: int
    id: str
    feed: str
    seq: int
    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Rows in `pos` order, and the position up to which they are everything there is in the feeds asked for."""

    rows: Sequence[LogRow]
    reached_pos: int


_ROW = (events.c.pos, events.c.id, events.c.feed, events.c.seq, events.c.type, events.c.payload)


def head_pos(connection: Connection) -> int:
    """The position of the newest event, 0 before the first."""
    return connection.execute(select(log_head.c.pos)).scalar_one_or_none() or 0


def oldest_pos(connection: Connection) -> int:
    """The position of the oldest event that has not been pruned, 0 before the first."""
    return connection.execute(select(func.min(events.c.pos))).scalar_one_or_none() or 0


def newest_event_id(connection: Connection) -> str | None:
    """The id of the event at the head, or None before the first."""
    return connection.execute(select(events.c.id).order_by(events.c.pos.desc()).limit(1)).scalar_one_or_none()


def find_pos(connection: Connection, event_id: str) -> int | None:
    """The position of the event a client's cursor names, or None when it is unknown or pruned."""
    return connection.execute(select(events.c.pos).where(events.c.id == event_id)).scalar_one_or_none()


def visible_count(connection: Connection, feed_names: Collection[str], after_pos: int, at_most: int) -> int:
    """How many events of these feeds come after a position; counting stops at `at_most`."""
    found = (
        select(events.c.pos).where(events.c.pos > after_pos, events.c.feed.in_(feed_names)).limit(at_most).subquery()
    )
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def rows_after(connection: Connection, feed_names: Collection[str], after_pos: int, limit: int) -> LogPage:
    """Up to `limit` events of these feeds after a position. Call it in one read transaction: it reads the head too."""
    head = head_pos(connection)
    statement = (
        select(*_ROW)
        .where(events.c.pos > after_pos, events.c.pos <= head, events.c.feed.in_(feed_names))
        .order_by(events.c.pos)
        .limit(limit)
    )
    rows = [LogRow(*row) for row in connection.execute(statement)]
    return LogPage(rows, rows[-1].pos if len(rows) == limit else head)


def head_seqs(connection: Connection, feed_names: Iterable[str]) -> dict[str, int]:
    """The head seq of each feed; feeds in which nothing has happened are 0."""
    wanted = list(feed_names)
    found = connection.execute(select(feeds.c.feed, feeds.c.head_seq).where(feeds.c.feed.in_(wanted)))
    heads = dict.fromkeys(wanted, 0)
    heads.update((feed, seq) for feed, seq in found)
    return heads


def prune(connection: Connection, *, older_than: datetime, keep_rows: int) -> int:
    """Delete events older than an instant or beyond the newest `keep_rows`; the newest event always stays. Returns how many went.

    The cut is one position, so that what stays has no hole: a cursor is either known, with everything after it, or unknown.
    """
    head = head_pos(connection)
    young = select(func.min(events.c.pos)).where(events.c.created_at >= older_than)
    first_young = connection.execute(young).scalar_one_or_none()
    keep_from = max(head - keep_rows + 1, head if first_young is None else first_young)
    return connection.execute(delete(events).where(events.c.pos < min(keep_from, head))).rowcount
