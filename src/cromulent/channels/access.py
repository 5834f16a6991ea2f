"""The gates: on behalf of a user a channel is obtained only here, and one that may not be seen looks like one that is missing."""

from __future__ import annotations

from cromulent.accounts import get_user, require_administrator
from cromulent.channels.model import Channel
from cromulent.channels.store import find_channel, find_channel_of_member
from cromulent.db import Connection
from cromulent.kernel.errors import Forbidden, NotFound


def access_channel(connection: Connection, user_id: str, channel_id: str) -> Channel:
    """The channel, for one of its members who is not disabled. Raises `NotFound` for everybody else."""
    channel = find_channel_of_member(connection, user_id, channel_id)
    if channel is None:
        raise NotFound
    return channel


def access_visible_channel(connection: Connection, user_id: str, channel_id: str) -> Channel:
    """The channel, for its members and, where it is public, for everybody: they may know of it, not read it. Raises `NotFound`."""
    channel = find_channel(connection, channel_id)
    if channel is not None and channel.visibility == "public":
        return channel
    return access_channel(connection, user_id, channel_id)


def access_administered_channel(connection: Connection, user_id: str, channel_id: str) -> Channel:
    """The channel, for an administrator who may know of it. Raises `NotFound`, or `Forbidden`."""
    channel = access_visible_channel(connection, user_id, channel_id)
    require_administrator(connection, user_id)
    return channel


def access_writable_channel(connection: Connection, user_id: str, channel_id: str) -> Channel:
    """The channel, for a member who may write in it. Raises `NotFound`, or `Forbidden` (`read_only_channel`)."""
    channel = access_channel(connection, user_id, channel_id)
    require_writable(connection, user_id, channel)
    return channel


def require_writable(connection: Connection, user_id: str, channel: Channel) -> None:
    """Raise `Forbidden` (`read_only_channel`) unless this member may write in the channel."""
    if channel.write_permission == "everyone" or get_user(connection, user_id).role == "administrator":
        return
    raise Forbidden("Only administrators write in this channel.", code="read_only_channel")
