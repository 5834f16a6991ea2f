"""The metadata every domain's tables register with, the column types they share, and the log's own tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, Integer, MetaData, String, Table, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds_of(instant: datetime) -> int:
    """How an instant is kept: whole microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


class UtcInstant(TypeDecorator[datetime]):
    """An instant, kept as whole microseconds since 1970 in UTC: the same on every engine, compared as a number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=int(value))


events = Table(
    "events",
    metadata,
    Column("pos", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("feed", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    UniqueConstraint("feed", "seq"),
)
"""The log: append-only, pruned from its old end. `pos` is dense over the instance, `seq` dense inside `feed`."""

feeds = Table(
    "feeds",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("head_seq", BigInteger, nullable=False),
)
"""The last seq given out in each feed; outlives the pruning of the log."""

log_head = Table(
    "log_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("pos", BigInteger, nullable=False),
)
"""One row: the last `pos` given out. Locking it is how PostgreSQL gets one write order."""
