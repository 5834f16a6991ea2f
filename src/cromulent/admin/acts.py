"""Which facts are administrative acts, and what the audit log says of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar, cast

from cromulent.accounts import (
    AdministratorCreated,
    InviteCreated,
    InviteRevoked,
    ResetLinkMade,
    RoleChanged,
    UserDisabled,
    UserEnabled,
)
from cromulent.admin import store
from cromulent.admin.model import Act
from cromulent.channels import (
    Channel,
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    MembershipAdded,
    MembershipRemoved,
)
from cromulent.db import Unit
from cromulent.kernel.clock import to_wire
from cromulent.kernel.facts import Fact
from cromulent.messages import MessageDeleted
from cromulent.settings import SettingsChanged
from cromulent.voice import ParticipantDisconnected, ParticipantMoved, ParticipantMuted, ParticipantUnmuted

F = TypeVar("F", bound=Fact)
ActOf = Callable[[Fact], Act | None]
"""What to write down of a fact; None when it was no administrator's doing."""


def record_act(unit: Unit, fact: Fact) -> None:
    """The reaction to every fact in `ACTS`, inside its unit: no act without its entry, no entry without its act."""
    act = ACTS[type(fact)](fact)
    if act is not None:
        store.append_entry(unit.connection, unit.now, act)


def _of(kind: type[F], describe: Callable[[F], Act | None]) -> tuple[type[Fact], ActOf]:
    return kind, cast("ActOf", describe)


def _settings_changed(fact: SettingsChanged) -> Act:
    values = {name: str(getattr(fact.settings, name)) for name in fact.changed}
    return Act("settings_changed", fact.actor_id, detail=values)


def _invite_created(fact: InviteCreated) -> Act:
    invite = fact.invite
    detail = {
        "expires_at": "" if invite.expires_at is None else to_wire(invite.expires_at),
        "max_uses": "" if invite.max_uses is None else str(invite.max_uses),
    }
    return Act("invite_created", fact.actor_id, invite.id, detail)


def _channel_detail(channel: Channel) -> dict[str, str]:
    """A private channel is not named: administrators who are not its members read this too."""
    known = {"kind": channel.kind, "visibility": channel.visibility}
    return known | ({"name": channel.name} if channel.visibility == "public" else {})


def _channel_created(fact: ChannelCreated) -> Act | None:
    if fact.actor_id is None:
        return None
    return Act("channel_created", fact.actor_id, fact.channel.id, _channel_detail(fact.channel))


def _channel_deleted(fact: ChannelDeleted) -> Act | None:
    if fact.actor_id is None:
        return None
    return Act("channel_deleted", fact.actor_id, fact.channel.id, _channel_detail(fact.channel))


def _channel_updated(fact: ChannelUpdated) -> Act | None:
    if fact.actor_id is None:
        return None
    detail = _channel_detail(fact.channel)
    if fact.before is not None:
        old, new = asdict(fact.before), asdict(fact.channel)
        detail["changed"] = ", ".join(name for name in new if new[name] != old[name])
    return Act("channel_updated", fact.actor_id, fact.channel.id, detail)


def _membership_added(fact: MembershipAdded) -> Act | None:
    if fact.actor_id in (None, fact.user_id):
        return None
    return Act("member_added", fact.actor_id, fact.user_id, {"channel_id": fact.channel.id})


def _membership_removed(fact: MembershipRemoved) -> Act | None:
    if fact.actor_id in (None, fact.user_id) or fact.reason == "channel_deleted":
        return None
    return Act("member_removed", fact.actor_id, fact.user_id, {"channel_id": fact.channel_id})


def _participant_disconnected(fact: ParticipantDisconnected) -> Act:
    return Act("participant_disconnected", fact.actor_id, fact.user_id, {"channel_id": fact.channel_id})


def _participant_muted(fact: ParticipantMuted) -> Act:
    return Act("participant_muted", fact.actor_id, fact.user_id, {"channel_id": fact.channel_id})


def _participant_unmuted(fact: ParticipantUnmuted) -> Act:
    return Act("participant_unmuted", fact.actor_id, fact.user_id, {"channel_id": fact.channel_id})


def _participant_moved(fact: ParticipantMoved) -> Act:
    return Act("participant_moved", fact.actor_id, fact.user_id, {"channel_id": fact.to_channel_id})


def _message_deleted(fact: MessageDeleted) -> Act | None:
    message = fact.message
    if fact.actor_id == message.author_id:
        return None
    return Act("message_deleted", fact.actor_id, message.author_id, {"message_id": message.id})


ACTS: dict[type[Fact], ActOf] = dict(
    [
        _of(AdministratorCreated, lambda fact: Act("administrator_created", fact.actor_id, fact.user.id)),
        _of(RoleChanged, lambda fact: Act("role_changed", fact.actor_id, fact.user_id, {"role": fact.role})),
        _of(UserDisabled, lambda fact: Act("user_disabled", fact.actor_id, fact.user_id)),
        _of(UserEnabled, lambda fact: Act("user_enabled", fact.actor_id, fact.user_id)),
        _of(ResetLinkMade, lambda fact: Act("reset_link_made", fact.actor_id, fact.user_id)),
        _of(InviteCreated, _invite_created),
        _of(InviteRevoked, lambda fact: Act("invite_revoked", fact.actor_id, fact.invite_id)),
        _of(SettingsChanged, _settings_changed),
        _of(ChannelCreated, _channel_created),
        _of(ChannelUpdated, _channel_updated),
        _of(ChannelDeleted, _channel_deleted),
        _of(MembershipAdded, _membership_added),
        _of(MembershipRemoved, _membership_removed),
        _of(MessageDeleted, _message_deleted),
        _of(ParticipantDisconnected, _participant_disconnected),
        _of(ParticipantMoved, _participant_moved),
        _of(ParticipantMuted, _participant_muted),
        _of(ParticipantUnmuted, _participant_unmuted),
    ]
)
