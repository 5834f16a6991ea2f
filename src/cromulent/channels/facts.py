"""What happens to channels and to who is in them. `actor_id` is the user who did it; None: it came about by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cromulent.channels.model import Channel
from cromulent.kernel.facts import Fact

RemovalReason = Literal["left", "removed", "channel_deleted"]


@dataclass(frozen=True, slots=True)
class ChannelCreated(Fact):
    """There is a channel more. Nobody hears of it but its members, by their own feeds."""

    channel: Channel
    actor_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelUpdated(Fact):
    """A channel was changed: `before` is what it was. Heard by its members."""

    channel: Channel
    before: Channel | None = None
    actor_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelDeleted(Fact):
    """A channel is about to be gone; its members are so already. Whoever keeps something of it erases that now, inside the unit."""

    channel: Channel
    actor_id: str | None = None


@dataclass(frozen=True, slots=True)
class MembershipAdded(Fact):
    """A user is a member from now on. Heard by that user; `seq` is the head of the channel's feed to count on from."""

    user_id: str
    channel: Channel
    seq: int
    actor_id: str | None = None


@dataclass(frozen=True, slots=True)
class MembershipRemoved(Fact):
    """A user is no member any more. Heard by that user."""

    user_id: str
    channel_id: str
    reason: RemovalReason = "removed"
    actor_id: str | None = None


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
