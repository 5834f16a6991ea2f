"""The database as the services see it: one writer, readers on the loop and in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError

from cromulent.db.engines import Engines
from cromulent.db.errors import NotStorable
from cromulent.db.migrate import upgrade
from cromulent.db.postgresql import postgresql_engines
from cromulent.db.sqlite import sqlite_engines
from cromulent.db.unit import Unit, Writing
from cromulent.db.writer import Writer
from cromulent.kernel.clock import Clock

T = TypeVar("T")


class Database:
    """One database: `read` for a gate or a page, `read_in_thread` for what takes longer, `write` for units."""

    def __init__(self, engines: Engines, clock: Clock, writing: Writing) -> None:
        self._engines = engines
        self._threads = ThreadPoolExecutor(engines.reader_threads, thread_name_prefix="reader")
        self._loop_connection: Connection | None = None
        self.writer = Writer(engines, clock, writing)

    def start(self) -> None:
        """Begin to take units; call it inside the running event loop."""
        self.writer.start()

    async def close(self) -> None:
        """Commit what is queued and close every connection."""
        await self.writer.stop()
        self._threads.shutdown()
        if self._loop_connection is not None:
            self._loop_connection.close()
        self._engines.dispose()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a short query (a gate, a page of 50): on the loop, where that costs less than a thread hop would, else in a reader thread."""
        if self._engines.on_loop is None:
            return await self.read_in_thread(query)
        if self._loop_connection is None:
            self._loop_connection = self._engines.on_loop.connect()
        return query(self._loop_connection)

    async def read_in_thread(self, query: Callable[[Connection], T]) -> T:
        """Run a longer query (a snapshot, replay) in a reader thread, inside one read transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_transaction, query)

    async def write(self, unit: Callable[[Unit], T]) -> T:
        """Run a unit and wait for its commit. Raises what the unit raised, or `StorageUnavailable`."""
        return await self.writer.run(unit)

    def _in_transaction(self, query: Callable[[Connection], T]) -> T:
        with self._engines.reading.connect() as connection, connection.begin():
            try:
                return query(connection)
            except DataError as error:
                raise NotStorable from error


def open_database(where: Path | str, clock: Clock, writing: Writing) -> Database:
    """Open a database and bring its schema up to date.

    `where` is the path of an SQLite file, made when it is not there and copied aside before an upgrade, or the URL of a PostgreSQL
    database.
    """
    engines = sqlite_engines(where) if isinstance(where, Path) else postgresql_engines(where)
    upgrade(engines.writing, where if isinstance(where, Path) else None)
    return Database(engines, clock, writing)
