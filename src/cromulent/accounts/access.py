"""The gate for what only administrators do."""

from __future__ import annotations

from cromulent.accounts.model import User
from cromulent.accounts.store import find_user
from cromulent.db import Connection
from cromulent.kernel.errors import Forbidden


def require_administrator(connection: Connection, user_id: str) -> User:
    """The user as they are at this moment, when they are an administrator. Raises `Forbidden` for everybody else.

    Ask it inside the unit that changes something: the unit may run after one that took the role away.
    """
    user = find_user(connection, user_id)
    if user is None or user.role != "administrator" or user.disabled_at is not None:
        raise Forbidden
    return user
