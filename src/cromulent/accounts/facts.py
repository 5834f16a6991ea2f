"""What happens to users and their logins."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.accounts.model import User
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
class LoginSessionEnded(Fact):
    """A login is worth nothing from now on; its sockets are to be closed."""

    login_session_id: str
    user_id: str
