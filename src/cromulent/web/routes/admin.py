"""For administrators: users, the switches of the instance, the audit log. The services decide who is one."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cromulent import wire
from cromulent.accounts import MAX_USERS_PAGE, Identity, User, UserAdministration
from cromulent.admin import MAX_AUDIT_PAGE, AdminService, AuditEntry
from cromulent.kernel.clock import to_wire
from cromulent.settings import RegistrationMode, SettingsChange
from cromulent.web.body import Body, Nothing, given


class AdministeredUser(msgspec.Struct, frozen=True):
    """A user as administrators see them."""

    id: str
    user_name: str
    display_name: str
    role: Literal["administrator", "member"]
    created_at: str
    disabled: bool


class AdministeredUserAnswer(msgspec.Struct, frozen=True):
    """One of them."""

    user: AdministeredUser


class UsersAnswer(msgspec.Struct, frozen=True):
    """Users in the order they joined, and the `after` of the next page or null."""

    users: list[AdministeredUser]
    next: str | None


class UserChangeBody(Body, frozen=True):
    """What is to be another of a user; what is left out stays."""

    role: Literal["administrator", "member"] | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class ResetLinkAnswer(msgspec.Struct, frozen=True):
    """The secret is for the fragment of `/reset#…`; it is told this once."""

    secret: str
    expires_at: str


class SettingsBody(Body, frozen=True):
    """The switches that are to be others; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    registration_mode: RegistrationMode | msgspec.UnsetType = msgspec.UNSET
    voice_enabled: bool | msgspec.UnsetType = msgspec.UNSET


class SettingsAnswer(msgspec.Struct, frozen=True):
    """The switches as they are now."""

    instance: wire.Instance


class AuditEntryOut(msgspec.Struct, frozen=True):
    """One administrative act. `actor_id` is null for the operator; what `subject_id` is the id of follows from `action`."""

    number: int
    happened_at: str
    actor_id: str | None
    action: str
    subject_id: str | None
    detail: dict[str, str]


class AuditAnswer(msgspec.Struct, frozen=True):
    """Entries, the newest first, the users they name, and the `before` of the next page or null."""

    entries: list[AuditEntryOut]
    users: list[wire.User]
    next: int | None


@get("/admin/users")
async def list_users(
    identity: NamedDependency[Identity],
    user_administration: NamedDependency[UserAdministration],
    *,
    after: FromQuery[str | None] = None,
    limit: FromQuery[int] = MAX_USERS_PAGE,
) -> UsersAnswer:
    """A page of all users."""
    page = await user_administration.users(identity.user, after, limit)
    return UsersAnswer([_user_out(user) for user in page.users], page.next)


@patch("/admin/users/{user_id:str}")
async def change_user(
    user_id: FromPath[str],
    data: JSONBody[UserChangeBody],
    identity: NamedDependency[Identity],
    user_administration: NamedDependency[UserAdministration],
) -> AdministeredUserAnswer:
    """Give a user another role, disable or enable them."""
    user = await user_administration.change(
        identity.user, user_id, role=given(data.role), disabled=given(data.disabled)
    )
    return AdministeredUserAnswer(_user_out(user))


@post("/admin/users/{user_id:str}/reset-link")
async def make_reset_link(
    user_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - its shape is checked
    identity: NamedDependency[Identity],
    user_administration: NamedDependency[UserAdministration],
) -> ResetLinkAnswer:
    """A link by which a user sets another password, once."""
    link = await user_administration.make_reset_link(identity.user, user_id)
    return ResetLinkAnswer(link.secret, to_wire(link.expires_at))


@patch("/admin/settings")
async def change_settings(
    data: JSONBody[SettingsBody], identity: NamedDependency[Identity], admin: NamedDependency[AdminService]
) -> SettingsAnswer:
    """Change switches of the instance, effective at once."""
    change = SettingsChange(given(data.name), given(data.voice_enabled), given(data.registration_mode))
    return SettingsAnswer(wire.instance_to_wire(await admin.change_settings(identity.user, change)))


@get("/admin/audit-log")
async def read_audit_log(
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
    *,
    before: FromQuery[int | None] = None,
    limit: FromQuery[int] = MAX_AUDIT_PAGE,
) -> AuditAnswer:
    """A page of the audit log."""
    page = await admin.audit_log(identity.user, before, limit)
    users = [wire.user_to_wire(user) for user in page.users]
    return AuditAnswer([_entry_out(entry) for entry in page.entries], users, page.next)


def _user_out(user: User) -> AdministeredUser:
    return AdministeredUser(
        id=user.id,
        user_name=user.user_name,
        display_name=user.display_name,
        role=user.role,
        created_at=to_wire(user.created_at),
        disabled=user.disabled_at is not None,
    )


def _entry_out(entry: AuditEntry) -> AuditEntryOut:
    act = entry.act
    return AuditEntryOut(
        number=entry.number,
        happened_at=to_wire(entry.happened_at),
        actor_id=act.actor_id,
        action=act.action,
        subject_id=act.subject_id,
        detail=dict(act.detail),
    )


ROUTES = (list_users, change_user, make_reset_link, change_settings, read_audit_log)
