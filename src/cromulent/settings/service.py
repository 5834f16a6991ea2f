"""Reading and changing the settings; they are kept in memory, since nearly every request asks for one."""

from __future__ import annotations

import secrets
from dataclasses import replace

from cromulent.db import Database, Unit
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id
from cromulent.settings import store
from cromulent.settings.facts import SettingsChanged
from cromulent.settings.model import InstanceSettings, RegistrationMode

SECRET_KEY_BYTES = 32


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

    async def change(
        self,
        *,
        name: str | None = None,
        voice_enabled: bool | None = None,
        registration_mode: RegistrationMode | None = None,
    ) -> InstanceSettings:
        """Change the switches that are given. Raises `InvalidInput` for a value out of range."""

        def unit(unit: Unit) -> InstanceSettings:
            old = store.find_settings(unit.connection) or self.current
            new = replace(
                old,
                name=old.name if name is None else name,
                voice_enabled=old.voice_enabled if voice_enabled is None else voice_enabled,
                registration_mode=registration_mode or old.registration_mode,
            )
            store.store_settings(unit.connection, new)
            unit.record(SettingsChanged(new))
            return new

        return await self._database.write(unit)

    def after_commit(self, fact: Fact) -> None:
        """After the commit: from now on these are current."""
        if isinstance(fact, SettingsChanged):
            self._current = fact.settings


def initialise_settings(unit: Unit) -> bool:
    """Give a new instance its id and its key; False when it already has them."""
    if store.find_settings(unit.connection) is not None:
        return False
    store.store_settings(unit.connection, InstanceSettings(instance_id=new_id()))
    store.store_secret_key(unit.connection, secrets.token_bytes(SECRET_KEY_BYTES))
    return True
