"""The switches of the instance over HTTP: effective at once, and told to everybody."""

from __future__ import annotations

import json

import pytest

from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def test_a_switch_is_effective_at_once_and_told_to_everybody(site: Site) -> None:
    ann = await site.administrator("ann")
    answer = await ann.patch("admin/settings", json={"name": " The  Shire ", "voice_enabled": False})
    told = {"name": "The Shire", "registration_mode": "invite", "voice_enabled": False}
    assert (answer.status_code, answer.json()) == (200, {"instance": told})
    shown = (await site.browser().get("instance")).json()
    assert {name: shown[name] for name in told} == told
    [payload] = await site.instance.database.read(
        lambda connection: list(
            connection.exec_driver_sql("SELECT payload FROM events WHERE type = 'instance.updated'").scalars()
        )
    )
    assert json.loads(payload) == {"instance": told}


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\u202eb"},
        {"registration_mode": "everybody"},
        {"voice_enabled": "on"},
        {"voice_enabled": None},
        {"instance_id": "x"},
        {"secret_key": "x"},
    ],
)
async def test_what_is_no_switch_or_no_value_changes_nothing(site: Site, body: dict[str, object]) -> None:
    ann = await site.administrator("ann")
    before = (await ann.get("instance")).json()
    answer = await ann.patch("admin/settings", json={"voice_enabled": False} | body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")
    assert (await ann.get("instance")).json() == before


async def test_a_change_that_changes_nothing_is_told_to_nobody(site: Site) -> None:
    ann = await site.administrator("ann")
    for body in ({}, {"voice_enabled": True, "registration_mode": "invite"}):
        assert (await ann.patch("admin/settings", json=body)).status_code == 200
    entries = (await ann.get("admin/audit-log")).json()["entries"]
    assert [entry["action"] for entry in entries] == ["administrator_created"]
