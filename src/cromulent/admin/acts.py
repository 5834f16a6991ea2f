"""Which facts are administrative acts, and what the audit log says of each."""

from __future__ import annotations

from collections.abc import Callable
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
from cromulent.db import Unit
from cromulent.kernel.clock import to_wire
from cromulent.kernel.facts import Fact
from cromulent.settings import SettingsChanged

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
    ]
)
