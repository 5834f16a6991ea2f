"""Users' settings as rows: one a user who has chosen anything, the choices as JSON."""

from __future__ import annotations

import msgspec
from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table, Text, insert, select, update

from cromulent.accounts.user_settings.model import NAMES, UserSettings
from cromulent.db import metadata

user_settings = Table(
    "user_settings",
    metadata,
    Column("user_id", String(36), ForeignKey("users.id"), primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("choices", Text, nullable=False),
)


def get_user_settings(connection: Connection, user_id: str) -> UserSettings:
    """What a user has chosen; of one who has chosen nothing, or whom there is not, nothing with `rev` 0."""
    statement = select(user_settings.c.rev, user_settings.c.choices).where(user_settings.c.user_id == user_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        return UserSettings()
    kept: dict[str, object] = msgspec.json.decode(row.choices)
    choices = {name: value for name, value in kept.items() if name in NAMES}
    return msgspec.convert(choices | {"rev": row.rev}, UserSettings)


def store_user_settings(connection: Connection, user_id: str, settings: UserSettings) -> None:
    """Keep what a user has chosen, in place of what they had."""
    row = {"rev": settings.rev, "choices": msgspec.json.encode(settings.chosen()).decode()}
    kept = connection.execute(update(user_settings).where(user_settings.c.user_id == user_id).values(row))
    if not kept.rowcount:
        connection.execute(insert(user_settings).values(row | {"user_id": user_id}))
