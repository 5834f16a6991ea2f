"""Opening the database: engines with the right pragmas, one writer, readers on the loop and in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from cromulent.db.hot_statement import give_to_driver
from cromulent.db.migrate import upgrade
from cromulent.db.unit import Unit, Writing
from cromulent.db.writer import Writer
from cromulent.kernel.clock import Clock

T = TypeVar("T")
READER_THREADS = 4
BUSY_TIMEOUT_MS = 5000


class Database:
    """One database: `read` for a gate or a page, `read_in_thread` for what takes longer, `write` for units."""

    def __init__(self, path: Path, clock: Clock, writing: Writing) -> None:
        self._writer_engine = _sqlite(path, begin="BEGIN IMMEDIATE", query_only=False)
        self._loop_engine = _sqlite(path, begin=None, query_only=True)
        self._thread_engine = _sqlite(path, begin="BEGIN", query_only=True, threads=READER_THREADS)
        self._threads = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")
        self._loop_connection: Connection | None = None
        self.writer = Writer(self._writer_engine, clock, writing)

    def start(self) -> None:
        """Begin to take units; call it inside the running event loop."""
        self.writer.start()

    async def close(self) -> None:
        """Commit what is queued and close every connection."""
        await self.writer.stop()
        self._threads.shutdown()
        if self._loop_connection is not None:
            self._loop_connection.close()
        for engine in (self._loop_engine, self._thread_engine, self._writer_engine):
            engine.dispose()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a short query (a gate, a page of 50) on the loop: it costs less than a thread hop would."""
        if self._loop_connection is None:
            self._loop_connection = self._loop_engine.connect()
        return query(self._loop_connection)

    async def read_in_thread(self, query: Callable[[Connection], T]) -> T:
        """Run a longer query (a snapshot, replay) in a reader thread, inside one read transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_transaction, query)

    async def write(self, unit: Callable[[Unit], T]) -> T:
        """Run a unit and wait for its commit. Raises what the unit raised, or `StorageUnavailable`."""
        return await self.writer.run(unit)

    def _in_transaction(self, query: Callable[[Connection], T]) -> T:
        with self._thread_engine.connect() as connection, connection.begin():
            return query(connection)


def open_database(path: Path, clock: Clock, writing: Writing) -> Database:
    """Open (or make) the SQLite file at `path` and bring its schema up to date, after taking a copy when that changes anything."""
    upgrade(_sqlite(path, begin="BEGIN IMMEDIATE", query_only=False), path)
    return Database(path, clock, writing)


def _sqlite(path: Path, *, begin: str | None, query_only: bool, threads: int = 1) -> Engine:
    """An engine whose connections leave transactions to us: `begin` is what opens one, None means each statement is its own."""
    shared = {
        "connect_args": {"check_same_thread": False},
        "hide_parameters": True,
    }  # what people wrote stays out of errors
    pool: dict[str, Any] = {"poolclass": StaticPool} if threads == 1 else {"pool_size": threads, "max_overflow": 0}
    engine = create_engine(f"sqlite:///{path}", **shared, **pool)

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        if query_only:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA wal_autocheckpoint=0")

    def on_begin(connection: Connection) -> None:
        give_to_driver(connection, begin or "").close()

    event.listen(engine, "connect", on_connect)
    if begin is not None:
        event.listen(engine, "begin", on_begin)
    return engine
