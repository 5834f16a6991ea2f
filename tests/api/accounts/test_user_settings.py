"""One's own settings over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.people import arrive
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def test_what_is_chosen_here_is_read_there(site: Site) -> None:
    ann, ben = await arrive(site, "ann"), await arrive(site, "ben")
    assert (await ann.client.get("me/settings")).json() == {"settings": {"rev": 0}}
    answer = await ann.client.patch("me/settings", json={"theme": "light", "echo_cancellation": False})
    settings = answer.json()["settings"]
    assert answer.status_code == 200
    assert settings == {"rev": settings["rev"], "theme": "light", "echo_cancellation": False}
    assert settings["rev"] > 0
    assert (await ann.client.get("me/settings")).json() == answer.json()
    assert (await ben.client.get("me/settings")).json() == {"settings": {"rev": 0}}


async def test_volumes_of_people_are_kept_by_their_ids(site: Site) -> None:
    ann, ben = await arrive(site, "ann"), await arrive(site, "ben")
    volumes = {ben.user.id: {"volume": 150, "muted": False}}
    answer = await ann.client.patch("me/settings", json={"peer_sounds": volumes, "muted_sounds": ["left"]})
    settings = answer.json()["settings"]
    assert settings == {"rev": settings["rev"], "peer_sounds": volumes, "muted_sounds": ["left"]}
    assert (await ann.client.get("me/settings")).json() == answer.json()
    assert (await ann.client.patch("me/settings", json={"peer_sounds": {}})).json()["settings"]["peer_sounds"] == {}


async def test_a_change_leaves_the_rest_and_the_same_again_changes_nothing(site: Site) -> None:
    ann = await arrive(site, "ann")
    await ann.client.patch("me/settings", json={"theme": "light"})
    first = await ann.client.patch("me/settings", json={"talk_key": "key:KeyT"})
    assert first.json()["settings"]["theme"] == "light"
    for body in ({"talk_key": "key:KeyT"}, {"theme": "light"}, {}):
        assert (await ann.client.patch("me/settings", json=body)).json() == first.json()


@pytest.mark.parametrize(
    "body",
    [
        {"theme": "purple"},
        {"theme": None},
        {"rev": 7},
        {"theme": "dark", "font": 3},
        {"talk_mode": "shouting"},
        {"talk_key": "Space"},
        {"talk_key": 3},
        {"talk_latching": "yes"},
        {"voice_threshold_dbfs": -61},
        {"voice_threshold_dbfs": -40.5},
        {"voice_threshold_dbfs": True},
        {"voice_threshold_dbfs": 10**40},
        {"echo_cancellation": None},
        {"noise_suppression": True},
        {"muted_sounds": ["applause"]},
        {"muted_sounds": "left"},
        {"peer_sounds": {"01975b9e-0001-7a00-8000-000000000001": {"volume": 100}}},
        {"peer_sounds": {"01975b9e-0001-7a00-8000-000000000001": {"volume": 100, "muted": False, "id": 1}}},
        {"peer_sounds": {"01975b9e-0001-7a00-8000-000000000001": {"volume": 0.5, "muted": False}}},
        [],
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(site: Site, body: Any) -> None:
    ann = await arrive(site, "ann")
    answer = await ann.client.patch("me/settings", json=body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")
    assert (await ann.client.get("me/settings")).json() == {"settings": {"rev": 0}}
