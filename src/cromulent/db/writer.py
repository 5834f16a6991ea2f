"""The writer: one thread, one write order. It runs units and commits what is queued as one transaction."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)

from cromulent.db.errors import StorageUnavailable
from cromulent.db.hot_statement import HotStatement
from cromulent.db.log import LogRow
from cromulent.db.schema import events, feeds, log_head, microseconds_of
from cromulent.db.unit import Erasure, PendingEvent, Unit, Writing
from cromulent.kernel.clock import Clock
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_event_id

T = TypeVar("T")
log = structlog.get_logger(__name__)

MAX_UNITS = 64
MAX_BATCH_SECONDS = 0.005
MAX_QUEUED = 10_000

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
class _Job:
    run: Callable[[Unit], Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction brought: its log rows in `pos` order, and its facts in the order they were recorded."""

    rows: Sequence[LogRow]
    facts: Sequence[Fact]


class Writer:
    """Runs units in a thread of its own; see `docs/decisions/0002-one-log.md`.

    After COMMIT, in one loop callback and in this order: `publish` gets the batch (the hub), the callers are answered,
    `after_commit` gets the facts. Nothing of the kind happens for a unit that failed.
    """

    def __init__(self, engine: Engine, clock: Clock, writing: Writing) -> None:
        self._engine = engine
        self._clock = clock
        self._writing = writing
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MAX_QUEUED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._head_pos = 0
        self.publish: Callable[[Sequence[LogRow]], None] = lambda rows: None
        self.after_commit: Callable[[Sequence[Fact]], None] = lambda facts: None

    def start(self) -> None:
        """Begin to take units; answers go to the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)  # the last batch's answers were queued on this loop before the thread ended

    async def run(self, unit: Callable[[Unit], T]) -> T:
        """Run a unit and wait until it is committed. Raises what the unit raised, or `StorageUnavailable`."""
        assert self._loop is not None
        job = _Job(unit, self._loop.create_future())
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise StorageUnavailable("Too many changes are waiting. Nothing was changed; please try again.") from None
        return await job.answer

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            if not self._run_batch(first):
                return

    def _run_batch(self, first: _Job) -> bool:
        """One transaction. False when the end of the queue was met inside it."""
        jobs: list[_Job] = []
        going_on, job = True, first
        try:
            with self._engine.connect() as connection, connection.begin():
                batch = _Batch(connection, self._clock, self._writing)
                deadline = time.monotonic() + MAX_BATCH_SECONDS
                while True:
                    jobs.append(job)
                    batch.run(job)
                    if len(jobs) >= MAX_UNITS or time.monotonic() >= deadline:
                        break
                    try:
                        following = self._jobs.get_nowait()
                    except queue.Empty:
                        break
                    if following is None:
                        going_on = False
                        break
                    job = following
                rows = batch.append_log()
                batch.erase_feeds()
        except Exception as error:  # whatever it was, the transaction is rolled back and its units must be answered
            if not jobs:  # it could not even begin; those who wait would each wait as long for the same
                queued, going_on = self._take_queued()
                jobs = [first, *queued]
            log.error("batch_failed", units=len(jobs), error=str(error))
            self._answer(jobs, Committed((), ()), failure=error)
        else:
            facts = [fact for done in jobs if done.unit and not done.error for fact in done.unit.facts]
            self._answer(jobs, Committed(rows, facts), failure=None)
        return going_on

    def _take_queued(self) -> tuple[list[_Job], bool]:
        """Everything in the queue, and False when its end was among it."""
        taken: list[_Job] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return taken, True
            if job is None:
                return taken, False
            taken.append(job)

    def _answer(self, jobs: Sequence[_Job], committed: Committed, failure: BaseException | None) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._deliver, jobs, committed, failure)

    def _deliver(self, jobs: Sequence[_Job], committed: Committed, failure: BaseException | None) -> None:
        if committed.rows:
            self.publish(committed.rows)
        for job in jobs:
            if job.answer.cancelled():
                continue
            error = job.error if failure is None or job.error is not None else StorageUnavailable()
            if error is not None:
                job.answer.set_exception(error)
            else:
                job.answer.set_result(job.result)
        if committed.facts:
            self.after_commit(committed.facts)


def _storage_failure(error: Exception) -> StorageUnavailable | None:
    """What a caller is told when it was not the unit that was wrong but the storage: full, locked, damaged, gone."""
    ours = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
    if isinstance(error, DatabaseError) and not isinstance(error, ours):
        failure = StorageUnavailable()
        failure.__cause__ = error
        return failure
    return None


class _Batch:
    """The units of one transaction, and the log rows they will end with."""

    def __init__(self, connection: Connection, clock: Clock, writing: Writing) -> None:
        self._connection = connection
        self._clock = clock
        self._writing = writing
        self._heads: dict[str, int] = {}
        self._changed_heads: dict[str, int] = {}
        self._pending: list[PendingEvent] = []
        self._erasures: list[Erasure] = []
        self._erased_feeds: list[str] = []
        self._savepoints = connection.connection.cursor()  # the driver's own: there is nothing to translate
        self._head_pos = _head_pos(connection)

    def run(self, job: _Job) -> None:
        """Run one unit inside a savepoint. Its own error is kept in the job; losing the transaction is raised."""
        unit = Unit(self._connection, self._clock.now(), self._heads, self._writing)
        self._savepoints.execute("SAVEPOINT unit")
        try:
            job.result = job.run(unit)
            unit.check_seqs()
        except Exception as error:
            job.error = _storage_failure(error) or error
            self._roll_back_unit(error)
        else:
            self._savepoints.execute("RELEASE unit")
            job.unit = unit
            self._heads.update(unit.heads)
            self._changed_heads.update(unit.heads)
            self._pending.extend(unit.pending)
            self._erasures.extend(unit.erasures)
            self._erased_feeds.extend(unit.erased_feeds)

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
        if not self._pending:
            return []
        rows = [
            LogRow(pos, new_event_id(), event.feed, event.seq, event.type, event.payload)
            for pos, event in enumerate(self._pending, self._head_pos + 1)
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
        for feed, seq in self._changed_heads.items():
            if not _MOVE_FEED.run(self._connection, {"name": feed, "seq": seq}):
                _ADD_FEED.run(self._connection, {"feed": feed, "head_seq": seq})
        return rows

    def erase_feeds(self) -> None:
        """Empty the feeds nobody hears any more. After the rows are written: until their end they were told as they were."""
        for feed in self._erased_feeds:
            _ERASE_FEED.run(self._connection, {"of_feed": feed, "left": "{}"})

    def _erase(self) -> None:
        """Erase from the log, and from what this batch is about to write into it."""
        if not self._erasures:
            return
        last = {(erasure.feed, erasure.seq): erasure.payload for erasure in self._erasures}
        self._pending = [
            replace(event, payload=last.pop((event.feed, event.seq), event.payload)) for event in self._pending
        ]
        for (feed, seq), payload in last.items():
            _ERASE.run(self._connection, {"of_feed": feed, "at_seq": seq, "left": payload})


def _head_pos(connection: Connection) -> int:
    """The position given out last. Raises `StorageUnavailable` when the log has no head: the database is damaged."""
    row = _LOCKED_HEAD.find_one(connection, {})
    if row is None:
        raise StorageUnavailable
    return int(row[0])
