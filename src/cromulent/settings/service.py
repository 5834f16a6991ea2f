"""Reading and changing the settings; they are kept in memory, since nearly every request asks for one."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace

from cromulent.db import INSTANCE_FEED, Database, Unit
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id
from cromulent.settings import store
from cromulent.settings.facts import SettingsChanged
from cromulent.settings.model import InstanceSettings, RegistrationMode, checked_settings

SECRET_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What is to be another; None leaves a switch as it is."""

    name: str | None = None
    voice_enabled: bool | None = None
    registration_mode: RegistrationMode | None = None


class SettingsService:
    """The settings of this instance. `load` comes first; `current` and `secret_key` are then in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._current: InstanceSettings | None = None
        self._secret_key = b""

    @property
    def current(self) -> InstanceSettings:
        """The switches as they are now."""
        if self._current is None:
            raise RuntimeError("the settings are not loaded")
        return self._current

    @property
    def secret_key(self) -> bytes:
        """32 random bytes made with the instance, for signatures that must outlive a restart."""
        if not self._secret_key:
            raise RuntimeError("the settings are not loaded")
        return self._secret_key

    async def load(self) -> None:
        """Read the settings of an initialised instance."""
        self._current = await self._database.read(store.find_settings)
        self._secret_key = await self._database.read(store.find_secret_key) or b""

    def after_commit(self, fact: Fact) -> None:
        """After the commit: from now on these are current."""
        if isinstance(fact, SettingsChanged):
            self._current = fact.settings


def change_settings(unit: Unit, change: SettingsChange, actor_id: str) -> InstanceSettings:
    """Change the switches that are given, inside a unit, and tell everybody. Raises `InvalidInput` for a value out of range."""
    old = store.get_settings(unit.connection)
    given = {name: value for name, value in asdict(change).items() if value is not None}
    new = checked_settings(replace(old, **given))
    changed = tuple(name for name in given if getattr(new, name) != getattr(old, name))
    if changed:
        store.store_settings(unit.connection, new)
        unit.record(SettingsChanged(new, changed, actor_id), INSTANCE_FEED)
    return new


def initialise_settings(unit: Unit) -> bool:
    """Give a new instance its id and its key; False when it already has them."""
    if store.find_settings(unit.connection) is not None:
        return False
    store.store_settings(unit.connection, InstanceSettings(instance_id=new_id()))
    store.store_secret_key(unit.connection, secrets.token_bytes(SECRET_KEY_BYTES))
    return True
