"""Channels: the durable places, who is a member of them, and the gates that decide who sees one."""

from cromulent.channels.access import access_channel, access_writable_channel, require_writable
from cromulent.channels.facts import ChannelUpdated, MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.channels.membership import add_member, create_channel, enrol_new_user, remove_member
from cromulent.channels.model import Channel, ChannelKind, Visibility, WritePermission
from cromulent.channels.service import MAX_MEMBERS_PAGE, ChannelService, MembersPage
from cromulent.channels.store import channels_of, member_channel_ids, voice_channel_ids

__all__ = [
    "MAX_MEMBERS_PAGE",
    "Channel",
    "ChannelKind",
    "ChannelService",
    "ChannelUpdated",
    "MemberAdded",
    "MemberRemoved",
    "MembersPage",
    "MembershipAdded",
    "MembershipRemoved",
    "Visibility",
    "WritePermission",
    "access_channel",
    "access_writable_channel",
    "add_member",
    "channels_of",
    "create_channel",
    "enrol_new_user",
    "member_channel_ids",
    "remove_member",
    "require_writable",
    "voice_channel_ids",
]
