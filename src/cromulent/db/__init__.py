"""The database: one writer, many readers, and the log every durable change ends up in."""

from sqlalchemy import Connection

from cromulent.db.database import Database, open_database
from cromulent.db.errors import StorageUnavailable
from cromulent.db.hot_statement import HotStatement
from cromulent.db.log import (
    INSTANCE_FEED,
    LogPage,
    LogRow,
    channel_feed,
    find_pos,
    head_pos,
    head_seqs,
    newest_event_id,
    oldest_pos,
    prune,
    rows_after,
    user_feed,
    visible_count,
)
from cromulent.db.schema import UtcInstant, metadata, microseconds_of
from cromulent.db.unit import FactEncoder, Reaction, Unit, Writing
from cromulent.db.writer import Writer

__all__ = [
    "INSTANCE_FEED",
    "Connection",
    "Database",
    "FactEncoder",
    "HotStatement",
    "LogPage",
    "LogRow",
    "Reaction",
    "StorageUnavailable",
    "Unit",
    "UtcInstant",
    "Writer",
    "Writing",
    "channel_feed",
    "find_pos",
    "head_pos",
    "head_seqs",
    "metadata",
    "microseconds_of",
    "newest_event_id",
    "oldest_pos",
    "open_database",
    "prune",
    "rows_after",
    "user_feed",
    "visible_count",
]
