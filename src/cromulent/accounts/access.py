"""The gates for what only administrators do, and for what a user does to themselves."""

from __future__ import annotations

from cromulent.accounts.model import User
from cromulent.accounts.store import find_user
from cromulent.db import Connection
from cromulent.kernel.errors import Forbidden, NotAuthenticated


def require_administrator(connection: Connection, user_id: str) -> User:
    """The user as they are at this moment, when they are an administrator. Raises `Forbidden` for everybody else.

    Ask it inside the unit that changes something: the unit may run after one that took the role away.
    """
    user = find_user(connection, user_id)
    if user is None or user.role != "administrator" or user.disabled_at is not None:
        raise Forbidden
    return user


def require_enabled(connection: Connection, user_id: str) -> User:
    """The user as they are at this moment. Raises `NotAuthenticated` for one who was disabled while the request was on its way.

    Who asks for a channel by membership need not ask this: the disabled are members of nothing there.
    """
    user = find_user(connection, user_id)
    if user is None or user.disabled_at is not None:
        raise NotAuthenticated
    return user
