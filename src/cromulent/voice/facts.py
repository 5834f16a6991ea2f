"""What happens to calls by the word of an administrator."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class ParticipantDisconnected(Fact):
    """Somebody was taken out of a call, and comes back only by their own click."""

    user_id: str
    channel_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class ParticipantMuted(Fact):
    """Somebody is not to be heard in a voice channel, until an administrator says otherwise."""

    user_id: str
    channel_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class ParticipantUnmuted(Fact):
    """Somebody may be heard again; whether they have muted themselves is their own."""

    user_id: str
    channel_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class ParticipantMoved(Fact):
    """Somebody in a call was sent to another voice channel of theirs; their page goes there as if they had clicked it."""

    user_id: str
    channel_id: str
    to_channel_id: str
    actor_id: str
