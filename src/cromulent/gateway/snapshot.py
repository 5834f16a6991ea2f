"""What a client holds after `ready`: read in one transaction, bounded, never with messages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection as DatabaseConnection

from cromulent import wire
from cromulent.accounts import User, UserSettings, get_user, get_user_settings, public_users
from cromulent.channels import Channel, channels_of
from cromulent.db import INSTANCE_FEED, channel_feed, head_pos, head_seqs, newest_event_id, user_feed
from cromulent.gateway.protocol import Room, Snapshot
from cromulent.notifications import ReadState, read_states_of
from cromulent.settings import InstanceSettings, get_settings

MAX_USERS = 1000


@dataclass(frozen=True, slots=True)
class DurableState:
    """The part of a snapshot that comes from the database, and the position it was read at."""

    instance: InstanceSettings
    user: User
    settings: UserSettings
    channels: list[Channel]
    read_states: list[ReadState]
    users: list[User]
    feeds: dict[str, int]
    pos: int
    cursor: str | None


def read_durable_state(connection: DatabaseConnection, user_id: str) -> DurableState:
    """Read the state of one user. Must be called inside one read transaction."""
    channels = channels_of(connection, user_id)
    feeds = [INSTANCE_FEED, user_feed(user_id), *(channel_feed(channel.id) for channel in channels)]
    return DurableState(
        instance=get_settings(connection),
        user=get_user(connection, user_id),
        settings=get_user_settings(connection, user_id),
        channels=channels,
        read_states=read_states_of(connection, user_id),
        users=public_users(connection, MAX_USERS),
        feeds=head_seqs(connection, feeds),
        pos=head_pos(connection),
        cursor=newest_event_id(connection),
    )


def to_snapshot(state: DurableState, online: list[str], rooms: list[Room]) -> Snapshot:
    """Join what is durable with what is of the moment."""
    return Snapshot(
        instance=wire.instance_to_wire(state.instance),
        settings=wire.user_settings_to_wire(state.settings),
        channels=[wire.channel_to_wire(channel) for channel in state.channels],
        read_states=[wire.read_state_to_wire(read) for read in state.read_states],
        users=[wire.user_to_wire(user) for user in state.users],
        feeds=state.feeds,
        presence=online,
        rooms=rooms,
    )
