"""The settings an instance keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cromulent.db import Database, Writing, open_database
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import is_id
from cromulent.settings import SettingsChange, SettingsChanged, SettingsService, change_settings, initialise_settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_at: Path | str, clock: FakeClock) -> AsyncIterator[Database]:
    opened = open_database(database_at, clock, Writing(encode_fact))
    opened.start()
    yield opened
    await opened.close()


async def loaded(database: Database) -> SettingsService:
    settings = SettingsService(database)
    await settings.load()

    def after_commit(facts: Sequence[Fact]) -> None:
        for fact in facts:
            settings.after_commit(fact)

    database.writer.after_commit = after_commit
    return settings


async def change(database: Database, **changed: Any) -> None:
    await database.write(lambda unit: change_settings(unit, SettingsChange(**changed), "somebody"))


async def test_a_new_instance_gets_an_id_and_a_key_once(database: Database) -> None:
    assert await database.write(initialise_settings)
    first = await loaded(database)
    assert is_id(first.current.instance_id)
    assert len(first.secret_key) == 32
    assert not await database.write(initialise_settings)
    second = await loaded(database)
    assert second.current == first.current
    assert second.secret_key == first.secret_key


async def test_a_new_instance_takes_people_by_invite_and_has_voice(database: Database) -> None:
    await database.write(initialise_settings)
    current = (await loaded(database)).current
    assert (current.name, current.registration_mode, current.voice_enabled) == ("Cromulent", "invite", True)


async def test_a_change_is_effective_at_once_and_lasts(database: Database) -> None:
    await database.write(initialise_settings)
    settings = await loaded(database)
    before = settings.current
    await change(database, voice_enabled=False)
    await change(database, name="  The   Shire ", registration_mode="open")
    assert (settings.current.voice_enabled, settings.current.name) == (False, "The Shire")
    assert settings.current.instance_id == before.instance_id
    assert (await loaded(database)).current == settings.current


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u202eb", "\u200b"])
async def test_a_refused_change_changes_nothing(database: Database, name: str) -> None:
    await database.write(initialise_settings)
    settings = await loaded(database)
    before = settings.current
    with pytest.raises(InvalidInput):
        await change(database, name=name, voice_enabled=False)
    assert (await loaded(database)).current == before == settings.current


async def test_settings_of_an_empty_database_are_no_settings(database: Database) -> None:
    settings = await loaded(database)
    with pytest.raises(RuntimeError):
        _ = settings.current
    with pytest.raises(RuntimeError):
        _ = settings.secret_key


async def test_only_what_became_another_is_told(database: Database) -> None:
    await database.write(initialise_settings)
    facts: list[Fact] = []
    database.writer.after_commit = facts.extend
    await change(database, voice_enabled=True, name="Cromulent")
    assert facts == []
    await change(database, voice_enabled=False, name="Cromulent")
    [fact] = facts
    assert isinstance(fact, SettingsChanged)
    assert (fact.changed, fact.actor_id, fact.settings.voice_enabled) == (("voice_enabled",), "somebody", False)
