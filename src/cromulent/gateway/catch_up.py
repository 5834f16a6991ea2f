"""From a place in the log to live: page by page, at the pace the client reads, until there is nothing left to miss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cromulent.channels import member_channel_ids
from cromulent.db import (
    INSTANCE_FEED,
    Database,
    LogPage,
    LogRow,
    channel_feed,
    find_pos,
    oldest_pos,
    rows_after,
    user_feed,
    visible_count,
)
from cromulent.db import Connection as DatabaseConnection
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.connection import Connection
from cromulent.gateway.frames import durable_frame
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits

PIECE_BYTES = 64 * 1024
"""About how much of a page is put on the wire at once: a page can be far larger than what a connection may leave unsent."""


def visible_feeds(user_id: str, channel_ids: Sequence[str]) -> list[str]:
    """The feeds a user may read who is a member of these channels."""
    return [INSTANCE_FEED, user_feed(user_id), *map(channel_feed, channel_ids)]


def resumable_pos(connection: DatabaseConnection, user_id: str, cursor: str, limits: GatewayLimits) -> int | None:
    """The position a cursor names, or None when it is unknown, pruned, or too far behind to be worth replaying."""
    pos = find_pos(connection, cursor)
    if pos is None:
        return None
    feeds = visible_feeds(user_id, member_channel_ids(connection, user_id))
    behind = visible_count(connection, feeds, pos, limits.replay_rows + 1)
    return None if behind > limits.replay_rows else pos


async def catch_up(database: Database, hub: Hub, connection: Connection, pos: int, limits: GatewayLimits) -> None:
    """Send everything after `pos` the user may see, then flip to live in the same loop step as the last of it.

    Where the log has lost a part of what is to be sent (it was pruned meanwhile) the connection is closed: resuming will
    tell the client to start afresh.
    """

    def read(session: DatabaseConnection) -> tuple[LogPage, list[str]] | None:
        if oldest_pos(session) > pos + 1:
            return None
        channel_ids = member_channel_ids(session, connection.user_id)
        feeds = visible_feeds(connection.user_id, channel_ids)
        return rows_after(session, feeds, pos, limits.page_rows), channel_ids

    while connection.is_catching_up:
        found = await database.read_in_thread(read)
        if found is None:
            return connection.close(CloseCode.TOO_SLOW)
        page, channel_ids = found
        hub.set_channels(connection, channel_ids, page.reached_pos)
        await _send(connection, page.rows)
        pos = page.reached_pos
        await hub.reached(pos)
        if connection.is_catching_up and len(page.rows) < limits.page_rows and hub.bridge(connection, pos):
            return None


async def _send(connection: Connection, rows: Sequence[LogRow]) -> None:
    for piece in _pieces(rows):
        connection.write(piece)
        await connection.drained()


def _pieces(rows: Sequence[LogRow]) -> Iterator[bytes]:
    """The frames of a page in writes of about `PIECE_BYTES`."""
    piece = bytearray()
    for row in rows:
        piece += durable_frame(row)
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
