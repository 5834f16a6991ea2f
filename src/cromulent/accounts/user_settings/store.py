"""Users' settings as rows: one a user who has chosen anything, the choices as JSON."""

from __future__ import annotations

import json
from dataclasses import fields

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table, Text, insert, select, update

from cromulent.accounts.user_settings.model import UserSettings
from cromulent.db import metadata

user_settings = Table(
    "user_settings",
    metadata,
    Column("user_id", String(36), ForeignKey("users.id"), primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("choices", Text, nullable=False),
)

_KNOWN = frozenset(field.name for field in fields(UserSettings)) - {"rev"}


def get_user_settings(connection: Connection, user_id: str) -> UserSettings:
    """What a user has chosen; of one who has chosen nothing, or whom there is not, nothing with `rev` 0."""
    statement = select(user_settings.c.rev, user_settings.c.choices).where(user_settings.c.user_id == user_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        return UserSettings()
    choices = {name: value for name, value in json.loads(row.choices).items() if name in _KNOWN}
    return UserSettings(rev=row.rev, **choices)


def store_user_settings(connection: Connection, user_id: str, settings: UserSettings) -> None:
    """Keep what a user has chosen, in place of what they had."""
    row = {"rev": settings.rev, "choices": json.dumps(settings.chosen())}
    kept = connection.execute(update(user_settings).where(user_settings.c.user_id == user_id).values(row))
    if not kept.rowcount:
        connection.execute(insert(user_settings).values(row | {"user_id": user_id}))
