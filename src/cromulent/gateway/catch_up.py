"""From a place in the log to live: page by page, at the pace the client reads, until there is nothing left to miss."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection as DatabaseConnection

from cromulent.channels import member_channel_ids
from cromulent.db import INSTANCE_FEED, Database, LogPage, channel_feed, find_pos, rows_after, user_feed, visible_count
from cromulent.gateway.connection import Connection, ConnectionState
from cromulent.gateway.frames import durable_frame
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits


def visible_feeds(connection: DatabaseConnection, user_id: str) -> list[str]:
    """The feeds a user may read at this moment."""
    channels = map(channel_feed, member_channel_ids(connection, user_id))
    return [INSTANCE_FEED, user_feed(user_id), *channels]


def resumable_pos(connection: DatabaseConnection, user_id: str, cursor: str, limits: GatewayLimits) -> int | None:
    """The position a cursor names, or None when it is unknown, pruned, or too far behind to be worth replaying."""
    pos = find_pos(connection, cursor)
    if pos is None:
        return None
    behind = visible_count(connection, visible_feeds(connection, user_id), pos, limits.replay_rows + 1)
    return None if behind > limits.replay_rows else pos


async def catch_up(database: Database, hub: Hub, connection: Connection, pos: int, limits: GatewayLimits) -> None:
    """Send everything after `pos` the user may see, then flip to live in the same loop step as the last of it."""

    def read(session: DatabaseConnection) -> tuple[LogPage, list[str]]:
        channel_ids = member_channel_ids(session, connection.user_id)
        return rows_after(session, visible_feeds(session, connection.user_id), pos, limits.page_rows), channel_ids

    while connection.state is ConnectionState.CATCHING_UP:
        page, channel_ids = await database.read_in_thread(read)
        if connection.state is not ConnectionState.CATCHING_UP:
            return
        if page.rows:
            connection.write(b"".join(map(durable_frame, page.rows)))
        pos = page.reached_pos
        hub.set_channels(connection, channel_ids)
        while hub.pos < pos:  # read ahead of what the writer has handed over: it is on its way to this loop
            await asyncio.sleep(0)
        if len(page.rows) < limits.page_rows and hub.bridge(connection, pos):
            return
        await connection.drained()
