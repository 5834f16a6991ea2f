"""Facts become dispatches here and nowhere else: pure encoders, one a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cromulent import wire
from cromulent.accounts import UserCreated, UserUpdated
from cromulent.channels import ChannelUpdated, MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.kernel.facts import Fact
from cromulent.messages import MessagePosted

_encoder = msgspec.json.Encoder()


def encode_fact(fact: Fact) -> tuple[str, str]:
    """The dispatch name of a fact and the JSON of its `d`. Raises KeyError for a fact that has no audience."""
    name, payload = ENCODERS[type(fact)]
    return name, _encoder.encode(payload(fact)).decode()


def _user(fact: UserCreated | UserUpdated) -> dict[str, Any]:
    return {"user": wire.user_to_wire(fact.user)}


def _membership_added(fact: MembershipAdded) -> dict[str, Any]:
    return {"channel": wire.channel_to_wire(fact.channel), "seq": fact.seq}


def _membership_removed(fact: MembershipRemoved) -> dict[str, Any]:
    return {"channel_id": fact.channel_id}


def _channel_updated(fact: ChannelUpdated) -> dict[str, Any]:
    return {"channel": wire.channel_to_wire(fact.channel)}


def _member(fact: MemberAdded | MemberRemoved) -> dict[str, Any]:
    return {"user_id": fact.user_id}


def _message_posted(fact: MessagePosted) -> dict[str, Any]:
    return {"message": wire.message_to_wire(fact.message)}


ENCODERS: dict[type[Fact], tuple[str, Callable[[Any], dict[str, Any]]]] = {
    UserCreated: ("user.created", _user),
    UserUpdated: ("user.updated", _user),
    MembershipAdded: ("membership.added", _membership_added),
    MembershipRemoved: ("membership.removed", _membership_removed),
    ChannelUpdated: ("channel.updated", _channel_updated),
    MemberAdded: ("channel.member_added", _member),
    MemberRemoved: ("channel.member_removed", _member),
    MessagePosted: ("message.posted", _message_posted),
}
