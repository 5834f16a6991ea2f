"""Keeping the log from growing without end."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from cromulent.db.database import Database
from cromulent.db.log import prune
from cromulent.db.unit import Unit

log = structlog.get_logger(__name__)

LOG_KEPT = timedelta(days=7)
LOG_ROWS_KEPT = 100_000
PRUNE_EVERY_SECONDS = 3600.0


async def keep_pruned(database: Database) -> None:
    """Delete what is too old or too much of the log, at once and then every hour, until cancelled."""

    def unit(unit: Unit) -> int:
        return prune(unit.connection, older_than=unit.now - LOG_KEPT, keep_rows=LOG_ROWS_KEPT)

    while True:
        try:
            log.info("log_pruned", events=await database.write(unit))
        except Exception as error:  # a full disk now is no reason never to prune again
            log.error("log_not_pruned", error=str(error))
        await asyncio.sleep(PRUNE_EVERY_SECONDS)
