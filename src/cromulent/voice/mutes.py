"""Who is muted in which voice channel by an administrator: kept on disk, so that going away and coming back does not end it."""

from __future__ import annotations

from collections.abc import Iterable

from cromulent.channels import ChannelDeleted
from cromulent.db import Connection, Unit
from cromulent.kernel.facts import Fact
from cromulent.voice import store
from cromulent.voice.facts import ParticipantMuted, ParticipantUnmuted


class Mutes:
    """What the disk says, known without asking it: a roster must be right in the moment somebody comes."""

    def __init__(self) -> None:
        self._muted: set[tuple[str, str]] = set()

    def expect(self, mutes: Iterable[tuple[str, str]]) -> None:
        """At the start: the (user id, channel id) there are."""
        self._muted.update(mutes)

    def has(self, user_id: str, channel_id: str) -> bool:
        """Whether a user is muted in a channel."""
        return (user_id, channel_id) in self._muted

    def set(self, user_id: str, channel_id: str, *, muted: bool) -> None:
        """An administrator has muted or un-muted somebody."""
        (self._muted.add if muted else self._muted.discard)((user_id, channel_id))

    def forget_channel(self, channel_id: str) -> None:
        """The channel is gone."""
        self._muted = {one for one in self._muted if one[1] != channel_id}


def voice_mutes(connection: Connection) -> list[tuple[str, str]]:
    """The (user id, channel id) of everybody who is muted."""
    return store.mutes(connection)


def mute_participant(unit: Unit, user_id: str, channel_id: str, actor_id: str) -> None:
    """Mute somebody in a voice channel, whether they are there or come later; nothing happens to who is muted already."""
    if store.mute(unit.connection, user_id, channel_id):
        unit.record(ParticipantMuted(user_id, channel_id, actor_id))


def unmute_participant(unit: Unit, user_id: str, channel_id: str, actor_id: str) -> None:
    """End that; nothing happens to who is not muted by an administrator."""
    if store.unmute(unit.connection, user_id, channel_id):
        unit.record(ParticipantUnmuted(user_id, channel_id, actor_id))


def forget_mutes(unit: Unit, fact: Fact) -> None:
    """The reaction to `ChannelDeleted`, inside its unit."""
    if not isinstance(fact, ChannelDeleted):
        raise TypeError(f"forget_mutes reacts to ChannelDeleted, not to {type(fact).__name__}")
    store.forget_mutes(unit.connection, fact.channel.id)
