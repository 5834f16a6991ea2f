"""How many may talk in a voice channel at once, as administrators set it."""

from __future__ import annotations

import pytest

from tests.api.channels.test_administering import make
from tests.api.people import arrive
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def test_a_limit_is_set_changed_and_taken_away(site: Site) -> None:
    ann = await site.administrator()
    channel = await make(ann, kind="voice", user_limit=4)
    assert channel["user_limit"] == 4
    for change, limit in (({"user_limit": 12}, 12), ({"topic": "x"}, 12), ({"user_limit": None}, None)):
        answer = await ann.patch(f"channels/{channel['id']}", json=change)
        assert answer.json()["channel"]["user_limit"] == limit
    newest, *_ = (await ann.get("admin/audit-log")).json()["entries"]
    assert (newest["action"], newest["detail"]["changed"]) == ("channel_updated", "user_limit")


@pytest.mark.parametrize("limit", [0, 1, 13, -3])
async def test_what_is_no_size_of_a_room_is_refused(site: Site, limit: int) -> None:
    ann = await site.administrator()
    channel = await make(ann, kind="voice", user_limit=2)
    for answer in (
        await ann.post("channels", json={"kind": "voice", "name": "Den", "user_limit": limit}),
        await ann.patch(f"channels/{channel['id']}", json={"user_limit": limit}),
    ):
        assert (answer.status_code, code_of(answer)) == (400, "invalid_user_limit")


@pytest.mark.parametrize("limit", [2.5, "four", True, [4]])
async def test_a_limit_is_a_whole_number(site: Site, limit: object) -> None:
    ann = await site.administrator()
    channel = await make(ann, kind="voice")
    assert (await ann.patch(f"channels/{channel['id']}", json={"user_limit": limit})).status_code == 400


async def test_a_text_channel_has_none(site: Site) -> None:
    ann = await site.administrator()
    channel = await make(ann)
    for answer in (
        await ann.post("channels", json={"kind": "text", "name": "x", "user_limit": 4}),
        await ann.patch(f"channels/{channel['id']}", json={"user_limit": 4}),
    ):
        assert (answer.status_code, code_of(answer)) == (400, "invalid_user_limit")
    assert (await ann.patch(f"channels/{channel['id']}", json={"user_limit": None})).status_code == 200


async def test_members_do_not_set_it(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann, kind="voice")
    assert (await ben.client.patch(f"channels/{channel['id']}", json={"user_limit": 2})).status_code == 403
