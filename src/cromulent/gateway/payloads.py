"""What each dispatch carries: its `d`, by its name. Part of the wire as `protocol.py` is, and generated from in the same way."""

from __future__ import annotations

from typing import Literal

from cromulent import wire
from cromulent.gateway.protocol import (
    Participant,
    PresenceChanged,
    PresenceSettled,
    Room,
    Struct,
    TypingStarted,
    VoiceSignalReceived,
)


class UserCreated(Struct, frozen=True):
    """`user.created`."""

    user: wire.User


class UserUpdated(Struct, frozen=True):
    """`user.updated`."""

    user: wire.User


class UserSettingsUpdated(Struct, frozen=True):
    """`user_settings.updated`: all that is chosen now."""

    settings: wire.UserSettings


class MembershipAdded(Struct, frozen=True):
    """`membership.added`: `seq` is the head of the channel's feed to count on from."""

    channel: wire.Channel
    seq: int


class MembershipRemoved(Struct, frozen=True):
    """`membership.removed`: `reason` says whether the user left, was removed, or the channel was deleted."""

    channel_id: str
    reason: Literal["left", "removed", "channel_deleted"]


class ChannelUpdated(Struct, frozen=True):
    """`channel.updated`."""

    channel: wire.Channel


class ChannelMemberAdded(Struct, frozen=True):
    """`channel.member_added`; the channel is that of the feed."""

    user_id: str


class ChannelMemberRemoved(Struct, frozen=True):
    """`channel.member_removed`; the channel is that of the feed."""

    user_id: str


class MessagePosted(Struct, frozen=True):
    """`message.posted`."""

    message: wire.Message


class MessageEdited(Struct, frozen=True):
    """`message.edited`."""

    message: wire.Message


class MessageDeleted(Struct, frozen=True):
    """`message.deleted`: what is left of the message."""

    message: wire.Message


class ReadStateUpdated(Struct, frozen=True):
    """`read_state.updated`: how far the user has read, on whichever device."""

    channel_id: str
    read_seq: int


class InstanceUpdated(Struct, frozen=True):
    """`instance.updated`."""

    instance: wire.Instance


class VoiceParticipantJoined(Struct, frozen=True):
    """`voice.participant_joined`."""

    channel_id: str
    rev: int
    participant: Participant


class VoiceParticipantUpdated(Struct, frozen=True):
    """`voice.participant_updated`."""

    channel_id: str
    rev: int
    participant: Participant


class VoiceParticipantLeft(Struct, frozen=True):
    """`voice.participant_left`."""

    channel_id: str
    rev: int
    participant_id: str
    reason: Literal["left", "lost", "moved", "replaced", "kicked"]


class VoiceHolderAsked(Struct, frozen=True):
    """`voice.holder_asked`."""

    ask_id: str


class VoiceSuperseded(Struct, frozen=True):
    """`voice.superseded`: `device` has the call now."""

    channel_id: str
    participant_id: str
    device: str


class VoiceKicked(Struct, frozen=True):
    """`voice.kicked`: `reason` is a code."""

    channel_id: str
    participant_id: str
    reason: str


class VoiceVerdict(Struct, frozen=True):
    """One line of `voice.verdicts_changed`: `code` is that of a rule in `docs/voice.md`, `side` as the reader sees it."""

    participant_id: str
    direction: Literal["incoming", "outgoing"]
    code: str
    side: Literal["you", "peer", "network", "instance"]


class VoiceVerdictsChanged(Struct, frozen=True):
    """`voice.verdicts_changed`: all that is to be said of the reader's pairs now."""

    channel_id: str
    participant_id: str
    verdicts: list[VoiceVerdict]


class VoiceSentOn(Struct, frozen=True):
    """`voice.sent_on`: join `to_channel_id`."""

    channel_id: str
    participant_id: str
    to_channel_id: str


DURABLE: dict[str, type[Struct]] = {
    "user.created": UserCreated,
    "user.updated": UserUpdated,
    "user_settings.updated": UserSettingsUpdated,
    "membership.added": MembershipAdded,
    "membership.removed": MembershipRemoved,
    "channel.updated": ChannelUpdated,
    "channel.member_added": ChannelMemberAdded,
    "channel.member_removed": ChannelMemberRemoved,
    "message.posted": MessagePosted,
    "message.edited": MessageEdited,
    "message.deleted": MessageDeleted,
    "read_state.updated": ReadStateUpdated,
    "instance.updated": InstanceUpdated,
}
"""Dispatches that are rows of the log."""

EPHEMERAL: dict[str, type[Struct]] = {
    "presence.changed": PresenceChanged,
    "presence.settled": PresenceSettled,
    "typing.started": TypingStarted,
    "voice.participant_joined": VoiceParticipantJoined,
    "voice.participant_updated": VoiceParticipantUpdated,
    "voice.participant_left": VoiceParticipantLeft,
    "voice.room_settled": Room,
    "voice.signal": VoiceSignalReceived,
    "voice.holder_asked": VoiceHolderAsked,
    "voice.superseded": VoiceSuperseded,
    "voice.kicked": VoiceKicked,
    "voice.verdicts_changed": VoiceVerdictsChanged,
    "voice.sent_on": VoiceSentOn,
}
"""Dispatches of the moment."""
