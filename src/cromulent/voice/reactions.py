"""What voice does about news, after the commit: whoever has lost a right is put out of the room, and what is ruled or chosen holds."""

from __future__ import annotations

from typing import Protocol

from cromulent.accounts import LoginSessionEnded, UserSettings, UserSettingsUpdated, UserUpdated
from cromulent.channels import ChannelDeleted, MembershipRemoved, RemovalReason
from cromulent.kernel.facts import Fact
from cromulent.settings import SettingsChanged
from cromulent.voice.facts import ParticipantDisconnected, ParticipantMoved, ParticipantMuted, ParticipantUnmuted

_REASONS: dict[RemovalReason, str] = {
    "left": "membership_left",
    "removed": "membership_removed",
    "channel_deleted": "channel_deleted",
}
"""What a page is told that is put out of a room because its user is no longer a member."""


class Consequences(Protocol):
    """What news can mean for those in calls."""

    def evict(self, user_id: str, reason: str, *, channel_id: str | None = None) -> None:
        """A user, from one channel or from wherever they are."""
        ...

    def send_on(self, user_id: str, channel_id: str, to_channel_id: str) -> None:
        """A user, from one channel to another."""
        ...

    def set_muted(self, user_id: str, channel_id: str, *, muted: bool) -> None:
        """A user, in one channel, by an administrator."""
        ...

    def forget_channel(self, channel_id: str) -> None:
        """What was kept of a channel that is gone."""
        ...

    def settings_chosen(self, user_id: str, settings: UserSettings) -> None:
        """A user has other settings."""
        ...

    def end_login_session(self, login_session_id: str, user_id: str) -> None:
        """Whoever is in a call by this login."""
        ...

    def switch_off(self) -> None:
        """Everybody."""
        ...


def react(voice: Consequences, fact: Fact) -> None:
    """Do what a fact demands; most demand nothing."""
    match fact:
        case MembershipRemoved():
            voice.evict(fact.user_id, _REASONS[fact.reason], channel_id=fact.channel_id)
        case ParticipantDisconnected():
            voice.evict(fact.user_id, "disconnected", channel_id=fact.channel_id)
        case ParticipantMoved():
            voice.send_on(fact.user_id, fact.channel_id, fact.to_channel_id)
        case ParticipantMuted() | ParticipantUnmuted():
            voice.set_muted(fact.user_id, fact.channel_id, muted=isinstance(fact, ParticipantMuted))
        case ChannelDeleted():
            voice.forget_channel(fact.channel.id)
        case UserSettingsUpdated():
            voice.settings_chosen(fact.user_id, fact.settings)
        case UserUpdated() if fact.user.disabled_at is not None:
            voice.evict(fact.user.id, "user_disabled")
        case LoginSessionEnded():
            voice.end_login_session(fact.login_session_id, fact.user_id)
        case SettingsChanged() if not fact.settings.voice_enabled:
            voice.switch_off()
        case _:
            pass
