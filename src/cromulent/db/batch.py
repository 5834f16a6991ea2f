"""A batch: the units of one transaction, run one after the other, and the log rows they end with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)

from cromulent.db.errors import NotStorable, StorageUnavailable
from cromulent.db.hot_statement import HotStatement
from cromulent.db.log import LogRow
from cromulent.db.schema import events, feeds, log_head, microseconds_of
from cromulent.db.unit import Erasure, PendingEvent, Unit, Writing
from cromulent.kernel.clock import Clock
from cromulent.kernel.ids import new_event_id

log = structlog.get_logger(__name__)

_LOCKED_HEAD = HotStatement(select(log_head.c.pos).with_for_update())
"""The lock that makes one write order where several processes write."""
_APPEND = HotStatement(insert(events), [column.name for column in events.columns])
_ERASE = HotStatement(
    update(events)
    .where(events.c.feed == bindparam("of_feed"), events.c.seq == bindparam("at_seq"))
    .values(payload=bindparam("left"))
)
_ERASE_FEED = HotStatement(
    update(events).where(events.c.feed == bindparam("of_feed")).values(payload=bindparam("left"))
)
_MOVE_HEAD = HotStatement(update(log_head).values(pos=bindparam("last_pos")))
_MOVE_FEED = HotStatement(update(feeds).where(feeds.c.feed == bindparam("name")).values(head_seq=bindparam("seq")))
_ADD_FEED = HotStatement(insert(feeds), ["feed", "head_seq"])


@dataclass(slots=True)
class Job:
    """A unit that was asked for, who waits for it, and what became of it."""

    run: Callable[[Unit], Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    unit: Unit | None = None


@dataclass(slots=True)
class _Brought:
    """What the units that have succeeded bring to the log."""

    heads: dict[str, int] = field(default_factory=dict[str, int])
    changed_heads: dict[str, int] = field(default_factory=dict[str, int])
    pending: list[PendingEvent] = field(default_factory=list[PendingEvent])
    erasures: list[Erasure] = field(default_factory=list[Erasure])
    erased_feeds: list[str] = field(default_factory=list[str])


class Batch:
    """The units of one transaction, which has begun, and the log rows they will end with.

    With `savepoint_each` a unit that fails is rolled back to its savepoint. Without, units run bare until one fails: then the whole
    transaction is rolled back and begun again, its units included, and from there on each has its savepoint.
    """

    def __init__(self, connection: Connection, clock: Clock, writing: Writing, *, savepoint_each: bool) -> None:
        self._connection = connection
        self._clock = clock
        self._writing = writing
        self._savepoint_each = savepoint_each
        self._savepoints = connection.connection.cursor()  # the driver's own: there is nothing to translate
        self._jobs: list[Job] = []
        self._brought = _Brought()
        self._head_pos = _head_pos(connection)

    def run(self, job: Job) -> None:
        """Run one unit. Its own error is kept in the job; losing the transaction is raised."""
        self._jobs.append(job)
        if self._savepoint_each:
            self._run_in_savepoint(job)
            return
        try:
            self._run(job)
        except Exception:
            self._begin_again()

    def _begin_again(self) -> None:
        """Undo everything and run it once more, so that the unit which has failed fails alone.

        Units are pure but for the connection: to have run before and been undone changes nothing.
        """
        if self._connection.invalidated:
            raise StorageUnavailable
        self._connection.rollback()
        self._connection.begin()
        self._savepoint_each = True
        self._brought = _Brought()
        self._head_pos = _head_pos(self._connection)
        for job in self._jobs:
            self._run_in_savepoint(job)

    def _run_in_savepoint(self, job: Job) -> None:
        job.unit = None
        self._savepoints.execute("SAVEPOINT unit")
        try:
            self._run(job)
        except Exception as error:
            job.error = _told(error)
            self._roll_back_unit(error)
        else:
            self._savepoints.execute("RELEASE unit")

    def _run(self, job: Job) -> None:
        brought = self._brought
        unit = Unit(self._connection, self._clock.now(), brought.heads, self._writing)
        job.result = job.run(unit)
        unit.check_seqs()
        job.unit = unit
        brought.heads.update(unit.heads)
        brought.changed_heads.update(unit.heads)
        brought.pending.extend(unit.pending)
        brought.erasures.extend(unit.erasures)
        brought.erased_feeds.extend(unit.erased_feeds)

    def _roll_back_unit(self, error: Exception) -> None:
        """Undo one unit; if even that fails, the engine has thrown the whole transaction away (a full disk does)."""
        try:
            self._connection.exec_driver_sql("ROLLBACK TO unit")
            self._connection.exec_driver_sql("RELEASE unit")
        except SQLAlchemyError as gone:
            raise StorageUnavailable from gone
        if isinstance(error, SQLAlchemyError):
            log.error("unit_failed", error=str(error))

    def append_log(self) -> list[LogRow]:
        """Write the log rows of all units, give them their positions, move the heads. What was erased is not in them."""
        self._erase()
        if not self._brought.pending:
            return []
        rows = [
            LogRow(pos, new_event_id(), event.feed, event.seq, event.type, event.payload)
            for pos, event in enumerate(self._brought.pending, self._head_pos + 1)
        ]
        now = microseconds_of(self._clock.now())
        _APPEND.run_each(
            self._connection,
            [
                {
                    "pos": row.pos,
                    "id": row.id,
                    "feed": row.feed,
                    "seq": row.seq,
                    "type": row.type,
                    "payload": row.payload,
                    "created_at": now,
                }
                for row in rows
            ],
        )
        _MOVE_HEAD.run(self._connection, {"last_pos": rows[-1].pos})
        for feed, seq in self._brought.changed_heads.items():
            if not _MOVE_FEED.run(self._connection, {"name": feed, "seq": seq}):
                _ADD_FEED.run(self._connection, {"feed": feed, "head_seq": seq})
        return rows

    def erase_feeds(self) -> None:
        """Empty the feeds nobody hears any more. After the rows are written: until their end they were told as they were."""
        for feed in self._brought.erased_feeds:
            _ERASE_FEED.run(self._connection, {"of_feed": feed, "left": "{}"})

    def _erase(self) -> None:
        """Erase from the log, and from what this batch is about to write into it."""
        if not self._brought.erasures:
            return
        last = {(erasure.feed, erasure.seq): erasure.payload for erasure in self._brought.erasures}
        self._brought.pending = [
            replace(event, payload=last.pop((event.feed, event.seq), event.payload)) for event in self._brought.pending
        ]
        for (feed, seq), payload in last.items():
            _ERASE.run(self._connection, {"of_feed": feed, "at_seq": seq, "left": payload})


def _told(error: Exception) -> Exception:
    """What a caller is told: that the storage is full, locked or gone, or cannot take a value; else what the unit raised."""
    ours = (IntegrityError, ProgrammingError, NotSupportedError)
    if not isinstance(error, DatabaseError) or isinstance(error, ours):
        return error
    told = NotStorable() if isinstance(error, DataError) else StorageUnavailable()
    told.__cause__ = error
    return told


def _head_pos(connection: Connection) -> int:
    """The position given out last. Raises `StorageUnavailable` when the log has no head: the database is damaged."""
    row = _LOCKED_HEAD.find_one(connection, {})
    if row is None:
        raise StorageUnavailable
    return int(row[0])
