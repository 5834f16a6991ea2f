"""Settings as rows of key and JSON value; a key that is not stored has its default."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import Column, Connection, String, Table, Text, insert, select, update

from cromulent.db import metadata
from cromulent.settings.model import InstanceSettings

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

_SWITCHES = tuple(field.name for field in fields(InstanceSettings))
_SECRET_KEY = "secret_key"  # noqa: S105 - the name of the row, not the key


def find_settings(connection: Connection) -> InstanceSettings | None:
    """The switches, or None before the instance was initialised."""
    rows = connection.execute(select(settings.c.key, settings.c.value).where(settings.c.key.in_(_SWITCHES)))
    stored = {key: json.loads(value) for key, value in rows}
    return InstanceSettings(**stored) if "instance_id" in stored else None


def get_settings(connection: Connection) -> InstanceSettings:
    """The switches of an initialised instance, as this connection sees them. Raises `RuntimeError` before."""
    found = find_settings(connection)
    if found is None:
        raise RuntimeError("the instance is not initialised")
    return found


def find_secret_key(connection: Connection) -> bytes | None:
    """The key the instance signs with, or None before it was initialised."""
    value = connection.execute(select(settings.c.value).where(settings.c.key == _SECRET_KEY)).scalar_one_or_none()
    return None if value is None else base64.b64decode(json.loads(value))


def store_settings(connection: Connection, new: InstanceSettings) -> None:
    """Write every switch."""
    _store(connection, {name: json.dumps(getattr(new, name)) for name in _SWITCHES})


def store_secret_key(connection: Connection, key: bytes) -> None:
    """Write the signing key."""
    _store(connection, {_SECRET_KEY: json.dumps(base64.b64encode(key).decode())})


def _store(connection: Connection, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        changed = connection.execute(update(settings).where(settings.c.key == key).values(value=value))
        if not changed.rowcount:
            connection.execute(insert(settings).values(key=key, value=value))
