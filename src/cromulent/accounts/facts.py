"""What happens to users and their logins. `actor_id` says who did it; None is the operator, by the command line."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.accounts.invites.model import Invite
from cromulent.accounts.model import Role, User
from cromulent.accounts.user_settings.model import UserSettings
from cromulent.kernel.facts import Fact


@dataclass(frozen=True, slots=True)
class UserCreated(Fact):
    """Somebody has an account now. Heard by everybody."""

    user: User


@dataclass(frozen=True, slots=True)
class UserUpdated(Fact):
    """A user's public profile is now this. Heard by everybody."""

    user: User


@dataclass(frozen=True, slots=True)
class UserSettingsUpdated(Fact):
    """A user's choices are now these. Heard by that user alone."""

    user_id: str
    settings: UserSettings


@dataclass(frozen=True, slots=True)
class LoginSessionEnded(Fact):
    """A login is worth nothing from now on; its sockets are to be closed."""

    login_session_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class AdministratorCreated(Fact):
    """There is an administrator who was nothing before. Follows `UserCreated`."""

    user: User
    actor_id: str | None


@dataclass(frozen=True, slots=True)
class RoleChanged(Fact):
    """A user's role is another one. Follows `UserUpdated`."""

    user_id: str
    role: Role
    actor_id: str


@dataclass(frozen=True, slots=True)
class UserDisabled(Fact):
    """A user was disabled; their logins have ended."""

    user_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class UserEnabled(Fact):
    """A user who was disabled can log in again."""

    user_id: str
    actor_id: str


@dataclass(frozen=True, slots=True)
class ResetLinkMade(Fact):
    """Somebody holds a link by which this user's password can be set once."""

    user_id: str
    actor_id: str | None


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    """A user has another password, and no token of before is good any more.

    `renewed_session_id` is the login it was changed with, which goes on with another token; None when all have ended.
    """

    user_id: str
    renewed_session_id: str | None


@dataclass(frozen=True, slots=True)
class EmailChanged(Fact):
    """A user has another e-mail address, or none. Nobody else's business."""

    user_id: str


@dataclass(frozen=True, slots=True)
class InviteCreated(Fact):
    """There is an invite. `expires_at` and `max_uses` are None where it has no such end."""

    invite: Invite
    actor_id: str


@dataclass(frozen=True, slots=True)
class InviteRevoked(Fact):
    """An invite lets nobody in any more."""

    invite_id: str
    actor_id: str
