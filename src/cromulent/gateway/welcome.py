"""What a client gets after `identify`: `resumed` or `ready`, then everything it missed, then live."""

from __future__ import annotations

from collections.abc import Callable

from cromulent import wire
from cromulent.channels import member_channel_ids
from cromulent.db import Database
from cromulent.gateway.catch_up import catch_up, resumable_pos
from cromulent.gateway.connection import Connection
from cromulent.gateway.frames import frame_of
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.protocol import Ready, Resumed, Room
from cromulent.gateway.snapshot import read_durable_state, to_snapshot
from cromulent.presence import PresenceTracker


class Welcome:
    """Brings a connection from nothing, or from its cursor, to live."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        limits: GatewayLimits,
        *,
        presence: PresenceTracker,
        rooms: Callable[[list[str]], list[Room]],
    ) -> None:
        self._database = database
        self._hub = hub
        self._limits = limits
        self._presence = presence
        self._rooms = rooms

    async def bring_live(self, connection: Connection, cursor: str | None) -> None:
        """Resume from `cursor` where that is possible, else start afresh; returns when the connection is live or gone.

        The hub knows the connection before anything is read: a login session that ends meanwhile takes it along.
        """
        self._hub.add(connection)
        pos = None
        if cursor is not None:
            pos = await self._resume(connection, cursor)
        if pos is None:
            pos = await self._start_afresh(connection)
        await catch_up(self._database, self._hub, connection, pos, self._limits)

    async def _resume(self, connection: Connection, cursor: str) -> int | None:
        pos, channel_ids = await self._database.read_in_thread(
            lambda session: (
                resumable_pos(session, connection.user_id, cursor, self._limits),
                member_channel_ids(session, connection.user_id),
            )
        )
        if pos is not None:
            self._hub.set_channels(connection, channel_ids, pos)
            connection.write(frame_of(self._resumed(cursor, channel_ids)))
        return pos

    def _resumed(self, cursor: str, channel_ids: list[str]) -> Resumed:
        presence = self._presence
        return Resumed(cursor, presence.online_user_ids(), presence.settled, self._rooms(channel_ids))

    async def _start_afresh(self, connection: Connection) -> int:
        state = await self._database.read_in_thread(lambda session: read_durable_state(session, connection.user_id))
        channel_ids = [channel.id for channel in state.channels]
        self._hub.set_channels(connection, channel_ids, state.pos)
        snapshot = to_snapshot(state, self._presence.online_user_ids(), self._rooms(channel_ids))
        connection.write(frame_of(Ready(wire.user_to_wire(state.user), snapshot, state.cursor)))
        return state.pos
