"""Channels: the durable places, who is a member of them, and the gates that decide who sees one."""

from cromulent.channels.access import (
    access_administered_channel,
    access_channel,
    access_visible_channel,
    access_writable_channel,
    require_writable,
)
from cromulent.channels.administration import ChannelChange, create_channel, delete_channel
from cromulent.channels.facts import (
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    MemberAdded,
    MemberRemoved,
    MembershipAdded,
    MembershipRemoved,
    RemovalReason,
)
from cromulent.channels.membership import add_member, enrol_new_user, remove_member
from cromulent.channels.model import Channel, ChannelKind, Visibility, WritePermission
from cromulent.channels.policy import MAX_CHANNELS_PAGE, MAX_MEMBERS_PAGE
from cromulent.channels.service import ChannelService, ChannelsPage, MembersPage
from cromulent.channels.store import channels_of, member_channel_ids, voice_channel_ids

__all__ = [
    "MAX_CHANNELS_PAGE",
    "MAX_MEMBERS_PAGE",
    "Channel",
    "ChannelChange",
    "ChannelCreated",
    "ChannelDeleted",
    "ChannelKind",
    "ChannelService",
    "ChannelUpdated",
    "ChannelsPage",
    "MemberAdded",
    "MemberRemoved",
    "MembersPage",
    "MembershipAdded",
    "MembershipRemoved",
    "RemovalReason",
    "Visibility",
    "WritePermission",
    "access_administered_channel",
    "access_channel",
    "access_visible_channel",
    "access_writable_channel",
    "add_member",
    "channels_of",
    "create_channel",
    "delete_channel",
    "enrol_new_user",
    "member_channel_ids",
    "remove_member",
    "require_writable",
    "voice_channel_ids",
]
