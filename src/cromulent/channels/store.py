"""Channels and memberships in the database: the only SQL of this package."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from cromulent.accounts import is_enabled
from cromulent.channels.model import Channel, ChannelKind, Visibility
from cromulent.db import HotStatement, UtcInstant, metadata

channels = Table(
    "channels",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("name", String(80), nullable=False),
    Column("slug", String(80), nullable=False),
    Column("topic", String(500), nullable=False),
    Column("position", Integer, nullable=False),
    Column("visibility", String(8), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("write_permission", String(16), nullable=False),
    Column("user_limit", Integer),
    Column("created_at", UtcInstant, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("channel_id", String(36), ForeignKey("channels.id", name="fk_memberships_channel_id"), primary_key=True),
    Column("user_id", String(36), ForeignKey("users.id", name="fk_memberships_user_id"), primary_key=True),
    Column("joined_at", UtcInstant, nullable=False),
    Index("ix_memberships_user_id", "user_id"),
)

_CHANNEL = (
    channels.c.id,
    channels.c.kind,
    channels.c.name,
    channels.c.slug,
    channels.c.topic,
    channels.c.position,
    channels.c.visibility,
    channels.c.is_default,
    channels.c.write_permission,
    channels.c.user_limit,
)
_USER_ID = bindparam("user_id", type_=String)
_CHANNEL_ID = bindparam("channel_id", type_=String)
_OF_MEMBER = (
    select(*_CHANNEL)
    .join(memberships, memberships.c.channel_id == channels.c.id)
    .where(memberships.c.user_id == _USER_ID)
)
_ONE_OF_MEMBER = HotStatement(_OF_MEMBER.where(channels.c.id == _CHANNEL_ID, is_enabled(memberships.c.user_id)))
_ALL_OF_MEMBER = _OF_MEMBER.order_by(channels.c.kind, channels.c.position, channels.c.id)
_IDS_OF_MEMBER = select(memberships.c.channel_id).where(memberships.c.user_id == _USER_ID)
_MEMBER_IDS = (
    select(memberships.c.user_id)
    .where(memberships.c.channel_id == _CHANNEL_ID, memberships.c.user_id > bindparam("after", type_=String))
    .order_by(memberships.c.user_id)
    .limit(bindparam("limit", type_=Integer))
)


def find_channel_of_member(connection: Connection, user_id: str, channel_id: str) -> Channel | None:
    """The channel, if the user is a member of it and not disabled: for gates, where a request may come after the disabling."""
    row = _ONE_OF_MEMBER.find_one(connection, {"user_id": user_id, "channel_id": channel_id})
    if row is None:
        return None
    return Channel(*row[:7], is_default=bool(row[7]), write_permission=row[8], user_limit=row[9])


def is_member(connection: Connection, user_id: str, channel_id: str) -> bool:
    """Whether there is such a membership, be the user disabled or not."""
    one = select(memberships.c.user_id).where(memberships.c.channel_id == channel_id, memberships.c.user_id == user_id)
    return connection.execute(one).first() is not None


def find_channel(connection: Connection, channel_id: str) -> Channel | None:
    """The channel, whoever asks: for gates only."""
    row = connection.execute(select(*_CHANNEL).where(channels.c.id == channel_id)).one_or_none()
    return None if row is None else Channel(*row)


def channels_of(connection: Connection, user_id: str) -> list[Channel]:
    """The channels a user is a member of, text before voice, by position."""
    return [Channel(*row) for row in connection.execute(_ALL_OF_MEMBER, {"user_id": user_id})]


def member_channel_ids(connection: Connection, user_id: str) -> list[str]:
    """The ids of the channels a user is a member of."""
    return list(connection.execute(_IDS_OF_MEMBER, {"user_id": user_id}).scalars())


def voice_channel_ids(connection: Connection) -> list[str]:
    """Every voice channel there is."""
    return list(connection.execute(select(channels.c.id).where(channels.c.kind == "voice")).scalars())


def member_ids(connection: Connection, channel_id: str, after: str, limit: int) -> Sequence[str]:
    """Up to `limit` ids of members greater than `after`, ascending; `after` may be empty."""
    page = {"channel_id": channel_id, "after": after, "limit": limit}
    return connection.execute(_MEMBER_IDS, page).scalars().all()


def default_channels(connection: Connection) -> list[Channel]:
    """The channels every new user becomes a member of."""
    found = select(*_CHANNEL).where(channels.c.is_default).order_by(channels.c.kind, channels.c.position)
    return [Channel(*row) for row in connection.execute(found)]


def channels_to_join(connection: Connection, user_id: str, kind: ChannelKind, after: str, limit: int) -> list[Channel]:
    """Up to `limit` public channels of a kind the user is not in, with ids greater than `after`, ascending; `after` may be empty."""
    own = select(memberships.c.channel_id).where(memberships.c.user_id == user_id)
    found = (
        select(*_CHANNEL)
        .where(channels.c.kind == kind, channels.c.visibility == "public", channels.c.id > after)
        .where(channels.c.id.not_in(own))
        .order_by(channels.c.id)
        .limit(limit)
    )
    return [Channel(*row) for row in connection.execute(found)]


def channels_of_kind(connection: Connection, kind: ChannelKind) -> list[Channel]:
    """Every channel of a kind, private ones included, by position."""
    found = select(*_CHANNEL).where(channels.c.kind == kind).order_by(channels.c.position, channels.c.id)
    return [Channel(*row) for row in connection.execute(found)]


def last_position(connection: Connection, kind: ChannelKind, visibility: Visibility | None = None) -> int | None:
    """The place of the last channel of a kind, or of the last such that is public or private; None when there is none."""
    last = select(func.max(channels.c.position)).where(channels.c.kind == kind)
    if visibility is not None:
        last = last.where(channels.c.visibility == visibility)
    return connection.execute(last).scalar_one_or_none()


def insert_channel(connection: Connection, channel: Channel, created_at: datetime) -> None:
    """Keep a new channel."""
    connection.execute(
        insert(channels).values(
            id=channel.id,
            kind=channel.kind,
            name=channel.name,
            slug=channel.slug,
            topic=channel.topic,
            position=channel.position,
            visibility=channel.visibility,
            is_default=channel.is_default,
            write_permission=channel.write_permission,
            user_limit=channel.user_limit,
            created_at=created_at,
        )
    )


def update_channel(connection: Connection, channel: Channel) -> None:
    """Keep a channel as it is now."""
    values: Mapping[str, object] = {
        "name": channel.name,
        "slug": channel.slug,
        "topic": channel.topic,
        "position": channel.position,
        "visibility": channel.visibility,
        "is_default": channel.is_default,
        "write_permission": channel.write_permission,
        "user_limit": channel.user_limit,
    }
    connection.execute(update(channels).where(channels.c.id == channel.id).values(values))


def delete_channel(connection: Connection, channel_id: str) -> None:
    """Remove a channel to which nothing belongs any more."""
    connection.execute(delete(channels).where(channels.c.id == channel_id))


def any_member(connection: Connection, channel_id: str) -> bool:
    """Whether somebody is in a channel."""
    found = select(memberships.c.user_id).where(memberships.c.channel_id == channel_id).limit(1)
    return connection.execute(found).first() is not None


def delete_members(connection: Connection, channel_id: str) -> None:
    """End all memberships of a channel."""
    connection.execute(delete(memberships).where(memberships.c.channel_id == channel_id))


def all_member_ids(connection: Connection, channel_id: str) -> set[str]:
    """The ids of everybody in a channel."""
    found = select(memberships.c.user_id).where(memberships.c.channel_id == channel_id)
    return set(connection.execute(found).scalars())


def insert_members(connection: Connection, channel_id: str, user_ids: Collection[str], joined_at: datetime) -> None:
    """Make users members who are not yet."""
    connection.execute(
        insert(memberships),
        [{"channel_id": channel_id, "user_id": user_id, "joined_at": joined_at} for user_id in user_ids],
    )


def delete_member(connection: Connection, channel_id: str, user_id: str) -> bool:
    """End a membership; False when there was none."""
    one = delete(memberships).where(memberships.c.channel_id == channel_id, memberships.c.user_id == user_id)
    return connection.execute(one).rowcount > 0
