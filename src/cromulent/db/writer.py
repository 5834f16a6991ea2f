"""The writer: one thread, one write order. It runs units and commits what is queued as one transaction."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cromulent.db.batch import Batch, Job
from cromulent.db.engines import Engines
from cromulent.db.errors import StorageUnavailable
from cromulent.db.log import LogRow
from cromulent.db.unit import Unit, Writing
from cromulent.kernel.clock import Clock
from cromulent.kernel.facts import Fact

T = TypeVar("T")
log = structlog.get_logger(__name__)

MAX_UNITS = 64
MAX_BATCH_SECONDS = 0.005
MAX_QUEUED = 10_000
SETTLE_SECONDS = 5.0
"""So long the database is asked what became of a COMMIT it has not answered."""
SETTLE_EVERY_SECONDS = 0.1
_UNKNOWN = "The server cannot tell yet whether that was stored. Please try again: it will not be stored twice."


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction brought: its log rows in `pos` order, and its facts in the order they were recorded."""

    rows: Sequence[LogRow]
    facts: Sequence[Fact]


_NOTHING = Committed((), ())


@dataclass(slots=True)
class _Doubt:
    """A transaction whose COMMIT was not answered: what to ask for, who waits for it, and what it brought if it was done."""

    mark: str
    jobs: Sequence[Job]
    committed: Committed


class Writer:
    """Runs units in a thread of its own; see `docs/decisions/0002-one-log.md`.

    After COMMIT, in one loop callback and in this order: `publish` gets the batch (the hub), the callers are answered,
    `after_commit` gets the facts. Nothing of the kind happens for a unit that failed.
    """

    def __init__(self, engines: Engines, clock: Clock, writing: Writing) -> None:
        self._engine = engines.writing
        self._outcomes = engines.outcomes
        self._savepoint_each = engines.savepoint_each
        self._clock = clock
        self._writing = writing
        self._jobs: queue.Queue[Job | None] = queue.Queue(MAX_QUEUED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._doubt: _Doubt | None = None
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
        job = Job(unit, self._loop.create_future())
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise StorageUnavailable("Too many changes are waiting. Nothing was changed; please try again.") from None
        return await job.answer

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            if not self._run_batch(first):
                return

    def _run_batch(self, first: Job) -> bool:
        """One transaction. False when the end of the queue was met inside it."""
        jobs: list[Job] = []
        going_on = True
        try:
            if not self._settle():
                raise StorageUnavailable
            with self._engine.connect() as connection:
                connection.begin()
                batch = Batch(connection, self._clock, self._writing, savepoint_each=self._savepoint_each)
                going_on = self._fill(batch, jobs, first)
                committed = Committed(batch.append_log(), _facts_of(jobs))
                batch.erase_feeds()
                self._commit(connection, jobs, committed)
        except Exception as error:  # whatever it was, the transaction is rolled back and its units must be answered
            if not jobs:  # it could not even begin; those who wait would each wait as long for the same
                queued, going_on = self._take_queued()
                jobs = [first, *queued]
            log.error("batch_failed", units=len(jobs), error=str(error))
            self._answer(jobs, _NOTHING, failure=StorageUnavailable.message)
        else:
            self._conclude(jobs, committed)
        return going_on

    def _fill(self, batch: Batch, jobs: list[Job], first: Job) -> bool:
        """Run what is queued, up to the size and time of a batch, noting each in `jobs`. False at the end of the queue."""
        deadline = time.monotonic() + MAX_BATCH_SECONDS
        job = first
        while True:
            jobs.append(job)
            batch.run(job)
            if len(jobs) >= MAX_UNITS or time.monotonic() >= deadline:
                return True
            try:
                following = self._jobs.get_nowait()
            except queue.Empty:
                return True
            if following is None:
                return False
            job = following

    def _commit(self, connection: Connection, jobs: Sequence[Job], committed: Committed) -> None:
        """COMMIT. Where the answer to it may be lost on the way, a failure leaves a doubt; else it is raised."""
        mark = self._outcomes.mark(connection)
        try:
            connection.commit()
        except SQLAlchemyError as error:
            if mark is None:
                raise
            log.warning("commit_in_doubt", units=len(jobs), error=str(error))
            self._doubt = _Doubt(mark, jobs, committed)

    def _conclude(self, jobs: Sequence[Job], committed: Committed) -> None:
        if self._doubt is None:
            self._answer(jobs, committed, failure=None)
        elif not self._settle():
            self._doubt.jobs = ()
            self._answer(jobs, _NOTHING, failure=_UNKNOWN)

    def _settle(self) -> bool:
        """Learn what became of a transaction in doubt, and tell those it concerns.

        False while the database does not say. Nothing may be written before: the news of the one in doubt comes first.
        """
        doubt = self._doubt
        if doubt is None:
            return True
        deadline = time.monotonic() + SETTLE_SECONDS
        while (done := self._find_outcome(doubt.mark)) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(SETTLE_EVERY_SECONDS)
        self._doubt = None
        log.info("commit_settled", committed=done)
        if done:
            self._answer(doubt.jobs, doubt.committed, failure=None)
        else:
            self._answer(doubt.jobs, _NOTHING, failure=StorageUnavailable.message)
        return True

    def _find_outcome(self, mark: str) -> bool | None:
        try:
            with self._engine.connect() as connection:
                return self._outcomes.committed(connection, mark)
        except SQLAlchemyError:
            return None

    def _take_queued(self) -> tuple[list[Job], bool]:
        """Everything in the queue, and False when its end was among it."""
        taken: list[Job] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return taken, True
            if job is None:
                return taken, False
            taken.append(job)

    def _answer(self, jobs: Sequence[Job], committed: Committed, failure: str | None) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._deliver, jobs, committed, failure)

    def _deliver(self, jobs: Sequence[Job], committed: Committed, failure: str | None) -> None:
        if committed.rows:
            self.publish(committed.rows)
        for job in jobs:
            if job.answer.cancelled():
                continue
            if job.error is not None:
                job.answer.set_exception(job.error)
            elif failure is not None:
                job.answer.set_exception(StorageUnavailable(failure))
            else:
                job.answer.set_result(job.result)
        if committed.facts:
            self.after_commit(committed.facts)


def _facts_of(jobs: Sequence[Job]) -> list[Fact]:
    return [fact for job in jobs if job.unit for fact in job.unit.facts]
