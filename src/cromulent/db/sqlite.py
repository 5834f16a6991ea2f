"""SQLite: one file, one connection that writes, readers that cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from cromulent.db.engines import FAILED_COMMITS_KEEP_NOTHING, Engines
from cromulent.db.hot_statement import give_to_driver

READER_THREADS = 4
BUSY_TIMEOUT_MS = 5000


def sqlite_engines(path: Path) -> Engines:
    """The engines of the file at `path`, which is made when it is not there."""
    return Engines(
        writing=_engine(path, begin="BEGIN IMMEDIATE", query_only=False),
        reading=_engine(path, begin="BEGIN", query_only=True, threads=READER_THREADS),
        on_loop=_engine(path, begin=None, query_only=True),
        reader_threads=READER_THREADS,
        outcomes=FAILED_COMMITS_KEEP_NOTHING,
        savepoint_each=True,
    )


def _engine(path: Path, *, begin: str | None, query_only: bool, threads: int = 1) -> Engine:
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
