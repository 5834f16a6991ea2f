"""PostgreSQL through psycopg: a server over a network, which may go away at any moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from cromulent.db.engines import Engines, Outcomes

READER_THREADS = 8
CONNECT_TIMEOUT_SECONDS = 5
LOCK_TIMEOUT = "5s"
ONE_SERVER = int.from_bytes(b"cromulen")
"""The key of the advisory lock by which one server process has a database to itself."""
DRIVER = "postgresql+psycopg"


def postgresql_engines(url: str) -> Engines:
    """The engines of the database at `url` (`postgresql://user:password@host/name`).

    The writing connection holds an advisory lock as long as it lives, so that no other server can write to the same database and
    leave its clients without news. Whoever does not get it within 5 seconds fails to connect.
    """
    return Engines(
        writing=_writing(url),
        reading=_reading(url),
        on_loop=None,
        reader_threads=READER_THREADS,
        outcomes=Outcomes(mark=_transaction_id, committed=_was_committed),
        savepoint_each=False,
    )


def _writing(url: str) -> Engine:
    engine = create_engine(make_url(url).set(drivername=DRIVER), pool_size=1, max_overflow=0, **_shared())

    def on_connect(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute("SELECT pg_advisory_lock(%s)", (ONE_SERVER,))
        connection.commit()

    event.listen(engine, "connect", on_connect)
    return engine


def _reading(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername=DRIVER),
        pool_size=READER_THREADS,
        max_overflow=0,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        **_shared(),
    )


def _shared() -> dict[str, Any]:
    """A connection is tried before it is used; what people wrote stays out of errors."""
    arguments = {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "cromulent", "client_encoding": "utf8"}
    return {"pool_pre_ping": True, "hide_parameters": True, "connect_args": arguments}


def _transaction_id(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())


def _was_committed(connection: Connection, mark: str) -> bool | None:
    """Whether a transaction of some other connection was committed, None while it is under way."""
    status = connection.exec_driver_sql("SELECT pg_xact_status(%s::text::xid8)", (mark,)).scalar_one()
    return {"committed": True, "aborted": False}.get(status)
