"""Units that make channels and change who is in them.

A new member hears of it on their own feed first, with the head of the channel's feed to count on from; the channel's
other members, and the new one too, hear of it as the next event of the channel's feed.
"""

from __future__ import annotations

from collections.abc import Sequence

from cromulent.accounts import UserCreated, user_ids
from cromulent.channels import store
from cromulent.channels.facts import MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.channels.model import (
    Channel,
    ChannelKind,
    Visibility,
    WritePermission,
    checked_name,
    checked_topic,
    slug_of,
)
from cromulent.db import Unit, channel_feed, user_feed
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id


def create_channel(
    unit: Unit,
    kind: ChannelKind,
    name: str,
    *,
    topic: str = "",
    visibility: Visibility = "public",
    is_default: bool = False,
    write_permission: WritePermission = "everyone",
) -> Channel:
    """Make a channel behind the others of its kind. A default one enrols everybody; any other starts without members.

    Raises `InvalidInput` (`invalid_channel_name`, `invalid_topic`).
    """
    name = checked_name(name)
    channel = Channel(
        id=new_id(),
        kind=kind,
        name=name,
        slug=slug_of(name, kind),
        topic=checked_topic(topic),
        position=store.next_position(unit.connection, kind),
        visibility=visibility,
        is_default=is_default,
        write_permission=write_permission,
    )
    store.insert_channel(unit.connection, channel, unit.now)
    if is_default:
        _enrol(unit, channel, user_ids(unit.connection))
    return channel


def enrol_new_user(unit: Unit, fact: Fact) -> None:
    """The reaction to `UserCreated`, inside its unit: the newcomer becomes a member of every default channel."""
    if not isinstance(fact, UserCreated):
        raise TypeError(f"enrol_new_user reacts to UserCreated, not to {type(fact).__name__}")
    for channel in store.default_channels(unit.connection):
        _enrol(unit, channel, [fact.user.id])


def add_member(unit: Unit, channel: Channel, user_id: str) -> None:
    """Make a user a member; nothing happens when they are one."""
    if store.find_channel_of_member(unit.connection, user_id, channel.id) is None:
        _enrol(unit, channel, [user_id])


def remove_member(unit: Unit, channel_id: str, user_id: str) -> None:
    """End a membership; nothing happens when there is none."""
    if store.delete_member(unit.connection, channel_id, user_id):
        unit.record(MembershipRemoved(user_id, channel_id), user_feed(user_id))
        unit.record(MemberRemoved(channel_id, user_id), channel_feed(channel_id))


def _enrol(unit: Unit, channel: Channel, new_member_ids: Sequence[str]) -> None:
    if new_member_ids:
        store.insert_members(unit.connection, channel.id, new_member_ids, unit.now)
    feed = channel_feed(channel.id)
    for user_id in new_member_ids:
        unit.record(MembershipAdded(user_id, channel, unit.head_seq(feed)), user_feed(user_id))
        unit.record(MemberAdded(channel.id, user_id), feed)
