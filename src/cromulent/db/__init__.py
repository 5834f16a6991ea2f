"""The database: one writer, many readers, and the log every durable change ends up in."""

from sqlalchemy import Connection

from cromulent.db.database import Database, open_database
from cromulent.db.errors import StorageUnavailable, UnknownSchema
from cromulent.db.examination import DatabaseState, examine_database
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
from cromulent.db.pruning import keep_pruned
from cromulent.db.schema import UtcInstant, metadata, microseconds_of
from cromulent.db.unit import FactEncoder, Reaction, Unit, Writing
from cromulent.db.writer import Writer

__all__ = [
    "INSTANCE_FEED",
    "Connection",
    "Database",
    "DatabaseState",
    "FactEncoder",
    "HotStatement",
    "LogPage",
    "LogRow",
    "Reaction",
    "StorageUnavailable",
    "Unit",
    "UnknownSchema",
    "UtcInstant",
    "Writer",
    "Writing",
    "channel_feed",
    "examine_database",
    "find_pos",
    "head_pos",
    "head_seqs",
    "keep_pruned",
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
