"""What becomes of read states when other things happen, inside the units in which those do."""

from __future__ import annotations

from cromulent.channels import ChannelDeleted, MembershipAdded, MembershipRemoved
from cromulent.db import Unit
from cromulent.kernel.facts import Fact
from cromulent.messages import MessagePosted
from cromulent.notifications import store


def begin_to_read(unit: Unit, fact: Fact) -> None:
    """The reaction to `MembershipAdded`: what was there before a member came is not unread."""
    if not isinstance(fact, MembershipAdded):
        raise TypeError(f"begin_to_read reacts to MembershipAdded, not to {type(fact).__name__}")
    if fact.channel.kind == "text":
        store.insert_read_state(unit.connection, fact.user_id, fact.channel.id, fact.seq)


def stop_reading(unit: Unit, fact: Fact) -> None:
    """The reaction to `MembershipRemoved`: who comes back begins anew."""
    if not isinstance(fact, MembershipRemoved):
        raise TypeError(f"stop_reading reacts to MembershipRemoved, not to {type(fact).__name__}")
    if fact.reason != "channel_deleted":  # `forget_channel` does it for all at once
        store.delete_read_state(unit.connection, fact.user_id, fact.channel_id)


def forget_channel(unit: Unit, fact: Fact) -> None:
    """The reaction to `ChannelDeleted`: nobody has read anything there."""
    if not isinstance(fact, ChannelDeleted):
        raise TypeError(f"forget_channel reacts to ChannelDeleted, not to {type(fact).__name__}")
    store.delete_read_states(unit.connection, fact.channel.id)


def count_own_message_as_read(unit: Unit, fact: Fact) -> None:
    """The reaction to `MessagePosted`: whoever writes has read what stands above. Nobody is told: the message says so."""
    if not isinstance(fact, MessagePosted):
        raise TypeError(f"count_own_message_as_read reacts to MessagePosted, not to {type(fact).__name__}")
    message = fact.message
    store.advance_read_state(unit.connection, message.author_id, message.channel_id, message.seq)
