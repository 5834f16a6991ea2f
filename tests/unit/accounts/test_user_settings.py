"""The settings that follow a user: what may be chosen, what a change leaves alone, who hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import update

from cromulent.accounts import PeerSound, UserSettings, UserSettingsUpdated
from cromulent.accounts.user_settings.store import user_settings
from cromulent.db import rows_after, user_feed
from cromulent.kernel.errors import InvalidInput, RateLimited
from cromulent.kernel.ids import new_id
from tests.unit.accounts.reception import Reception

pytestmark = pytest.mark.anyio

EVERYTHING = UserSettings(
    theme="light",
    talk_mode="voice_activity",
    talk_key="pointer:4",
    talk_latching=True,
    voice_threshold_dbfs=-60,
    echo_cancellation=False,
    noise_suppression="off",
    auto_gain_control=False,
    talk_release_ms=0,
    input_volume=0,
    output_volume=0,
    relay_only=False,
    muted_sounds=(),
    peer_sounds={"01975b9e-0001-7a00-8000-000000000001": PeerSound(0, muted=True)},
)


async def seqs_in_feed(reception: Reception, user_id: str) -> Sequence[int]:
    """What the user has been told."""
    feed = user_feed(user_id)
    page = await reception.database.read_in_thread(lambda connection: rows_after(connection, [feed], 0, 100))
    return [row.seq for row in page.rows if row.type == "user_settings.updated"]


async def test_who_has_chosen_nothing_has_nothing_at_rev_0(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    assert await reception.profiles.settings_of(ann) == UserSettings()


async def test_everything_that_is_chosen_is_kept_false_and_all(reception: Reception) -> None:
    ann, ben = await reception.add_user("ann"), await reception.add_user("ben")
    changed = await reception.profiles.change_settings(ann, EVERYTHING)
    assert changed.chosen() == EVERYTHING.chosen()
    assert len(changed.chosen()) == 14
    assert await reception.profiles.settings_of(ann) == changed
    assert await reception.profiles.settings_of(ben) == UserSettings()


async def test_a_change_leaves_the_rest_and_takes_the_seq_it_has_in_the_feed(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    first = await reception.profiles.change_settings(ann, UserSettings(theme="dark", talk_latching=True))
    second = await reception.profiles.change_settings(ann, UserSettings(theme="light"))
    assert (second.theme, second.talk_latching) == ("light", True)
    assert await seqs_in_feed(reception, ann.id) == [first.rev, second.rev]
    assert reception.facts_of(UserSettingsUpdated)[-1] == UserSettingsUpdated(ann.id, second)


@pytest.mark.parametrize("again", [UserSettings(theme="dark"), UserSettings(), UserSettings(rev=99)])
async def test_what_is_so_already_is_told_to_nobody(reception: Reception, again: UserSettings) -> None:
    ann = await reception.add_user("ann")
    changed = await reception.profiles.change_settings(ann, UserSettings(theme="dark"))
    assert await reception.profiles.change_settings(ann, again) == changed
    assert await seqs_in_feed(reception, ann.id) == [changed.rev]


async def test_of_changes_at_once_none_undoes_another(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    parts = [
        UserSettings(theme="dark"),
        UserSettings(talk_mode="voice_activity"),
        UserSettings(talk_latching=True),
        UserSettings(voice_threshold_dbfs=-20),
    ]
    await asyncio.gather(*(reception.profiles.change_settings(ann, part) for part in parts))
    settings = await reception.profiles.settings_of(ann)
    chosen = (settings.theme, settings.talk_mode, settings.talk_latching, settings.voice_threshold_dbfs)
    assert chosen == ("dark", "voice_activity", True, -20)
    assert settings.rev == max(await seqs_in_feed(reception, ann.id))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (UserSettings(voice_threshold_dbfs=-61), "voice_threshold_dbfs"),
        (UserSettings(voice_threshold_dbfs=-19), "voice_threshold_dbfs"),
        (UserSettings(voice_threshold_dbfs=10**40), "voice_threshold_dbfs"),
        (UserSettings(talk_release_ms=-1), "talk_release_ms"),
        (UserSettings(talk_release_ms=1_001), "talk_release_ms"),
        (UserSettings(input_volume=201), "input_volume"),
        (UserSettings(output_volume=101), "output_volume"),
        (UserSettings(output_volume=-1), "output_volume"),
        (UserSettings(muted_sounds=("left", "left")), "muted_sounds"),
        (UserSettings(peer_sounds={"ben": PeerSound()}), "peer_sounds"),
        (UserSettings(peer_sounds={new_id(): PeerSound(201)}), "peer_sounds"),
        (UserSettings(peer_sounds={new_id(): PeerSound(-1)}), "peer_sounds"),
        (UserSettings(peer_sounds={new_id(): PeerSound() for _ in range(201)}), "peer_sounds"),
        (UserSettings(talk_key=""), "talk_key"),
        (UserSettings(talk_key="Space"), "talk_key"),
        (UserSettings(talk_key="key:"), "talk_key"),
        (UserSettings(talk_key="key:Space\n"), "talk_key"),
        (UserSettings(talk_key="key:" + "x" * 33), "talk_key"),
        (UserSettings(talk_key="pointer:0"), "talk_key"),
        (UserSettings(talk_key="pointer:100"), "talk_key"),
        (UserSettings(talk_key="pointer:²"), "talk_key"),
    ],
)
async def test_what_cannot_be_is_refused_by_name_and_changes_nothing(
    reception: Reception, change: UserSettings, field: str
) -> None:
    ann = await reception.add_user("ann")
    with pytest.raises(InvalidInput) as refusal:
        await reception.profiles.change_settings(ann, change.changed_by(UserSettings(theme="dark")))
    assert (refusal.value.code, refusal.value.detail) == ("invalid_input", {"field": field})
    assert await reception.profiles.settings_of(ann) == UserSettings()


async def test_changing_them_without_end_is_refused_until_a_minute_has_passed(reception: Reception) -> None:
    ann, ben = await reception.add_user("ann"), await reception.add_user("ben")
    for _ in range(60):
        await reception.profiles.change_settings(ann, UserSettings(theme="dark"))
    with pytest.raises(RateLimited):
        await reception.profiles.change_settings(ann, UserSettings(theme="light"))
    await reception.profiles.change_settings(ben, UserSettings(theme="light"))
    reception.clock.advance(60)
    assert (await reception.profiles.change_settings(ann, UserSettings(theme="light"))).theme == "light"


async def test_what_a_newer_version_has_kept_beside_is_left_out(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    kept = await reception.profiles.change_settings(ann, UserSettings(theme="dark"))
    newer = update(user_settings).values(choices='{"theme": "dark", "font": 120}')
    await reception.database.write(lambda unit: unit.connection.execute(newer).rowcount)
    assert await reception.profiles.settings_of(ann) == kept
