"""Looking at a database without changing it, also while a server uses it: its schema, whether it takes writes, its clock."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, func, make_url, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from cromulent.db.migrate import NEWEST_REVISION, REVISIONS, revision_of
from cromulent.db.postgresql import CONNECT_TIMEOUT_SECONDS, DRIVER
from cromulent.db.schema import events, log_head

WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """`revision` is None where there are no tables yet; `known` says whether this version has a migration of that name.

    `refuses_writes` is the database's own reason. `newest_event_at` is when the last thing was stored; `now` the clock of a database
    server, None for a file.
    """

    revision: str | None
    newest: str
    known: bool
    refuses_writes: str | None = None
    newest_event_at: datetime | None = None
    now: datetime | None = None


def examine_database(where: Path | str) -> DatabaseState:
    """Look at a file, which must exist, or at the database a URL names. Raises `sqlalchemy.exc.DatabaseError`."""
    engine = _file(where) if isinstance(where, Path) else _server(where)
    try:
        with engine.connect() as connection:
            return _state(connection, is_file=isinstance(where, Path))
    finally:
        engine.dispose()


def _state(connection: Connection, *, is_file: bool) -> DatabaseState:
    revision = revision_of(connection)
    connection.rollback()
    current = revision in REVISIONS
    return DatabaseState(
        revision=revision,
        newest=NEWEST_REVISION,
        known=revision is None or current,
        refuses_writes=_refusal(connection) if current else None,
        newest_event_at=connection.scalar(select(func.max(events.c.created_at))) if current else None,
        now=None if is_file else connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one().astimezone(UTC),
    )


def _refusal(connection: Connection) -> str | None:
    """Why a change is not taken; the one that is tried changes nothing, and is taken back."""
    try:
        connection.execute(update(log_head).values(pos=log_head.c.pos))
    except DatabaseError as error:
        return str(error.orig).strip().partition("\n")[0]
    finally:
        connection.rollback()
    return None


def _file(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)

    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


def _server(url: str) -> Engine:
    options = f"-c lock_timeout={WAIT_SECONDS}s -c statement_timeout={2 * WAIT_SECONDS}s"
    arguments = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "client_encoding": "utf8", "options": options}
    return create_engine(
        make_url(url).set(drivername=DRIVER), poolclass=NullPool, hide_parameters=True, connect_args=arguments
    )
