"""Units that change who is in a channel.

A new member hears of it on their own feed first, with the head of the channel's feed to count on from; the channel's
other members, and the new ones too, hear of it as the next events of the channel's feed.
"""

from __future__ import annotations

from collections.abc import Sequence

from cromulent.accounts import UserCreated, user_ids
from cromulent.channels import store
from cromulent.channels.facts import MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved, RemovalReason
from cromulent.channels.model import Channel
from cromulent.db import Unit, channel_feed, user_feed
from cromulent.kernel.facts import Fact


def enrol_new_user(unit: Unit, fact: Fact) -> None:
    """The reaction to `UserCreated`, inside its unit: the newcomer becomes a member of every default channel."""
    if not isinstance(fact, UserCreated):
        raise TypeError(f"enrol_new_user reacts to UserCreated, not to {type(fact).__name__}")
    for channel in store.default_channels(unit.connection):
        _enrol(unit, channel, [fact.user.id], None)


def enrol_everybody(unit: Unit, channel: Channel, at_most: int) -> bool:
    """Make members of up to `at_most` users who are not yet. False: there are more."""
    members = store.all_member_ids(unit.connection, channel.id)
    missing = [user_id for user_id in user_ids(unit.connection) if user_id not in members]
    _enrol(unit, channel, missing[:at_most], None)
    return len(missing) <= at_most


def add_member(unit: Unit, channel: Channel, user_id: str, actor_id: str | None = None) -> None:
    """Make a user a member; nothing happens when they are one."""
    if not store.is_member(unit.connection, user_id, channel.id):
        _enrol(unit, channel, [user_id], actor_id)


def remove_member(
    unit: Unit, channel_id: str, user_id: str, reason: RemovalReason = "removed", actor_id: str | None = None
) -> None:
    """End a membership; nothing happens when there is none."""
    if store.delete_member(unit.connection, channel_id, user_id):
        unit.record(MembershipRemoved(user_id, channel_id, reason, actor_id), user_feed(user_id))
        unit.record(MemberRemoved(channel_id, user_id), channel_feed(channel_id))


def remove_everybody(unit: Unit, channel_id: str, actor_id: str | None) -> None:
    """End all memberships of a channel that is about to be gone: nobody is left to be told who else has left."""
    members = sorted(store.all_member_ids(unit.connection, channel_id))
    store.delete_members(unit.connection, channel_id)
    for user_id in members:
        unit.record(MembershipRemoved(user_id, channel_id, "channel_deleted", actor_id), user_feed(user_id))


def _enrol(unit: Unit, channel: Channel, new_member_ids: Sequence[str], actor_id: str | None) -> None:
    """All of them hear first, then the channel hears of all of them: neighbours of one feed are one write to each who listens."""
    if not new_member_ids:
        return
    store.insert_members(unit.connection, channel.id, new_member_ids, unit.now)
    feed = channel_feed(channel.id)
    head = unit.head_seq(feed)
    for user_id in new_member_ids:
        unit.record(MembershipAdded(user_id, channel, head, actor_id), user_feed(user_id))
    for user_id in new_member_ids:
        unit.record(MemberAdded(channel.id, user_id), feed)
