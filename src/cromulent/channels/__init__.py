"""Channels: the durable places, who is a member of them, and the gates that decide who sees one."""

from cromulent.channels.facts import ChannelUpdated, MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.channels.model import Channel, ChannelKind, Visibility, WritePermission

__all__ = [
    "Channel",
    "ChannelKind",
    "ChannelUpdated",
    "MemberAdded",
    "MemberRemoved",
    "MembershipAdded",
    "MembershipRemoved",
    "Visibility",
    "WritePermission",
]
