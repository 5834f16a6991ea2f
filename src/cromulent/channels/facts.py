"""What happens to channels and to who is in them."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.channels.model import Channel
from cromulent.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class ChannelUpdated(Fact):
    """A channel was changed. Heard by its members."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class MembershipAdded(Fact):
    """A user is a member from now on. Heard by that user; `seq` is the head of the channel's feed to count on from."""

    user_id: str
    channel: Channel
    seq: int


@dataclass(frozen=True, slots=True)
class MembershipRemoved(Fact):
    """A user is no member any more. Heard by that user."""

    user_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class MemberAdded(Fact):
    """The channel has one member more. Heard by its members, the new one included."""

    channel_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class MemberRemoved(Fact):
    """The channel has one member less. Heard by its members."""

    channel_id: str
    user_id: str
