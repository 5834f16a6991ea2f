"""Facts become dispatches here and nowhere else: pure encoders, one a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cromulent import wire
from cromulent.accounts import UserCreated, UserSettingsUpdated, UserUpdated
from cromulent.channels import ChannelUpdated, MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.gateway import payloads
from cromulent.kernel.facts import Fact
from cromulent.messages import MessageDeleted, MessageEdited, MessagePosted
from cromulent.notifications import ReadStateUpdated
from cromulent.settings import SettingsChanged

_encoder = msgspec.json.Encoder()


def encode_fact(fact: Fact) -> tuple[str, str]:
    """The dispatch name of a fact and the JSON of its `d`. Raises KeyError for a fact that has no audience."""
    name, payload = ENCODERS[type(fact)]
    return name, _encoder.encode(payload(fact)).decode()


def _user_created(fact: UserCreated) -> payloads.UserCreated:
    return payloads.UserCreated(wire.user_to_wire(fact.user))


def _user_updated(fact: UserUpdated) -> payloads.UserUpdated:
    return payloads.UserUpdated(wire.user_to_wire(fact.user))


def _user_settings_updated(fact: UserSettingsUpdated) -> payloads.UserSettingsUpdated:
    return payloads.UserSettingsUpdated(wire.user_settings_to_wire(fact.settings))


def _membership_added(fact: MembershipAdded) -> payloads.MembershipAdded:
    return payloads.MembershipAdded(wire.channel_to_wire(fact.channel), fact.seq)


def _membership_removed(fact: MembershipRemoved) -> payloads.MembershipRemoved:
    return payloads.MembershipRemoved(fact.channel_id, fact.reason)


def _channel_updated(fact: ChannelUpdated) -> payloads.ChannelUpdated:
    return payloads.ChannelUpdated(wire.channel_to_wire(fact.channel))


def _member_added(fact: MemberAdded) -> payloads.ChannelMemberAdded:
    return payloads.ChannelMemberAdded(fact.user_id)


def _member_removed(fact: MemberRemoved) -> payloads.ChannelMemberRemoved:
    return payloads.ChannelMemberRemoved(fact.user_id)


def _message_posted(fact: MessagePosted) -> payloads.MessagePosted:
    return payloads.MessagePosted(wire.message_to_wire(fact.message))


def _message_edited(fact: MessageEdited) -> payloads.MessageEdited:
    return payloads.MessageEdited(wire.message_to_wire(fact.message))


def _message_deleted(fact: MessageDeleted) -> payloads.MessageDeleted:
    return payloads.MessageDeleted(wire.message_to_wire(fact.message))


def _read_state_updated(fact: ReadStateUpdated) -> payloads.ReadStateUpdated:
    return payloads.ReadStateUpdated(fact.channel_id, fact.read_seq)


def _settings_changed(fact: SettingsChanged) -> payloads.InstanceUpdated:
    return payloads.InstanceUpdated(wire.instance_to_wire(fact.settings))


ENCODERS: dict[type[Fact], tuple[str, Callable[[Any], payloads.Struct]]] = {
    UserCreated: ("user.created", _user_created),
    UserUpdated: ("user.updated", _user_updated),
    UserSettingsUpdated: ("user_settings.updated", _user_settings_updated),
    MembershipAdded: ("membership.added", _membership_added),
    MembershipRemoved: ("membership.removed", _membership_removed),
    ChannelUpdated: ("channel.updated", _channel_updated),
    MemberAdded: ("channel.member_added", _member_added),
    MemberRemoved: ("channel.member_removed", _member_removed),
    MessagePosted: ("message.posted", _message_posted),
    SettingsChanged: ("instance.updated", _settings_changed),
    ReadStateUpdated: ("read_state.updated", _read_state_updated),
    MessageEdited: ("message.edited", _message_edited),
    MessageDeleted: ("message.deleted", _message_deleted),
}
