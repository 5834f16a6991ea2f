"""What administrators do with channels over HTTP, and that nobody else does."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from cromulent.kernel.ids import new_id
from tests.api.people import Person, arrive, general, private_channel
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def names_of(client: httpx2.AsyncClient, kind: str = "text") -> list[str]:
    """The names of the channels that could be joined."""
    answer = await client.get(f"channels?kind={kind}")
    assert answer.status_code == 200, answer.text
    return [channel["name"] for channel in answer.json()["channels"]]


async def make(ann: httpx2.AsyncClient, **wanted: object) -> dict[str, Any]:
    """A new channel."""
    answer = await ann.post("channels", json={"kind": "text", "name": "plans", **wanted})
    assert answer.status_code == 201, answer.text
    channel: dict[str, Any] = answer.json()["channel"]
    return channel


async def test_a_channel_is_made_with_all_that_is_said_of_it(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(
        ann, kind="voice", name=" Deep  thought ", topic=" 42 ", visibility="private", write_permission="administrators"
    )
    position = channel.pop("position")
    assert channel == {
        "id": channel["id"],
        "kind": "voice",
        "name": "Deep thought",
        "slug": "deep-thought",
        "topic": "42",
        "visibility": "private",
        "is_default": False,
        "write_permission": "administrators",
        "user_limit": None,
    }
    assert position > 0
    members = (await ann.get(f"channels/{channel['id']}/members")).json()["users"]
    assert [user["user_name"] for user in members] == ["ann"]
    assert await names_of(ben.client, "voice") == []


async def test_one_thing_is_changed_and_the_others_stay(site: Site) -> None:
    ann = await site.administrator()
    channel = await make(ann, topic="Where to")
    for change, also in (
        ({"name": "Plans B"}, {"slug": "plans-b"}),
        ({"topic": ""}, {}),
        ({"is_default": True}, {}),
        ({"is_default": False, "visibility": "private"}, {}),
        ({"write_permission": "administrators"}, {}),
        ({}, {}),
    ):
        answer = await ann.patch(f"channels/{channel['id']}", json=change)
        channel = {**channel, **change, **also}
        assert (answer.status_code, answer.json()) == (200, {"channel": channel})


async def test_a_channel_is_not_private_and_everybodys_at_once(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    refused = await ann.post(
        "channels", json={"kind": "text", "name": "plans", "visibility": "private", "is_default": True}
    )
    assert (refused.status_code, code_of(refused)) == (400, "private_default_channel")
    private, default = await make(ann, visibility="private"), await make(ann, is_default=True)
    for channel, change in ((private, {"is_default": True}), (default, {"visibility": "private"})):
        answer = await ann.patch(f"channels/{channel['id']}", json=change)
        assert (answer.status_code, code_of(answer)) == (400, "private_default_channel")
    assert (await ben.client.get(f"channels/{private['id']}/members")).status_code == 404
    users = (await ann.get(f"channels/{private['id']}/members")).json()["users"]
    assert [user["user_name"] for user in users] == ["ann"]
    both = await ann.patch(f"channels/{default['id']}", json={"visibility": "private", "is_default": False})
    assert both.status_code == 200


async def test_names_may_be_the_same_so_that_none_tells_of_another(site: Site) -> None:
    ann = await site.administrator()
    first, second = await make(ann, visibility="private"), await make(ann)
    assert (first["name"], first["slug"]) == (second["name"], second["slug"])


@pytest.mark.parametrize(
    "name",
    ["", " ", "x" * 81, "a\u202eb", "\u200b", "\u2066hidden", "a\u0000b", "\u200d", "\u2028", "\ufeff", "\ue000"],
)
async def test_a_name_that_cannot_be_seen_is_refused(site: Site, name: str) -> None:
    ann = await site.administrator()
    channel = await make(ann)
    made = await ann.post("channels", json={"kind": "text", "name": name})
    changed = await ann.patch(f"channels/{channel['id']}", json={"name": name})
    assert (made.status_code, code_of(made)) == (400, "invalid_channel_name")
    assert (changed.status_code, code_of(changed)) == (400, "invalid_channel_name")


async def test_a_name_is_kept_composed(site: Site) -> None:
    assert (await make(await site.administrator(), name="Cafe\u0301"))["name"] == "Caf\u00e9"


async def test_a_default_channel_enrols_who_is_there_and_who_comes_and_may_be_left(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann, is_default=True)
    cleo = await arrive(site, "cleo")
    members = (await ben.client.get(f"channels/{channel['id']}/members")).json()["users"]
    assert [user["user_name"] for user in members] == ["ann", "ben", "cleo"]
    left = await cleo.client.post(f"channels/{channel['id']}/leave", json={})
    assert left.status_code == 204
    assert await names_of(cleo.client) == ["plans"]
    assert (await cleo.client.get(f"channels/{channel['id']}/messages")).status_code == 404


async def test_channels_are_put_in_another_order(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    made = {name: await make(ann, name=name) for name in "abc"}

    async def order() -> list[str]:
        channels = (await ben.client.get("channels?kind=text")).json()["channels"]
        return [channel["name"] for channel in sorted(channels, key=lambda channel: channel["position"])]

    assert await order() == ["a", "b", "c"]
    moved = await ann.put(f"channels/{made['c']['id']}/position", json={"before": made["a"]["id"]})
    assert moved.status_code == 200
    assert await order() == ["c", "a", "b"]
    await ann.put(f"channels/{made['a']['id']}/position", json={})
    assert await order() == ["c", "b", "a"]
    lounge = await make(ann, kind="voice", name="Room")
    mixed = await ann.put(f"channels/{made['a']['id']}/position", json={"before": lounge["id"]})
    assert (mixed.status_code, code_of(mixed)) == (400, "invalid_input")


async def test_a_deleted_channel_is_gone_for_everybody(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann, is_default=True)
    posted = {"nonce": new_id(), "text": "a secret"}
    assert (await ben.client.post(f"channels/{channel['id']}/messages", json=posted)).status_code == 201
    assert (await ann.delete(f"channels/{channel['id']}")).status_code == 204
    for client in (ann, ben.client):
        assert (await client.get(f"channels/{channel['id']}/messages")).status_code == 404
        assert (await client.post(f"channels/{channel['id']}/messages", json=posted)).status_code == 404
        assert (await client.post(f"channels/{channel['id']}/join", json={})).status_code == 404
        assert (await client.delete(f"channels/{channel['id']}")).status_code == 404


async def test_members_are_added_and_removed(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann, visibility="private")
    await ann.post(f"channels/{channel['id']}/messages", json={"nonce": new_id(), "text": "before Ben"})
    path = f"channels/{channel['id']}/members/{ben.user.id}"
    for _ in range(2):
        assert (await ann.put(path, json={})).status_code == 204
    history = (await ben.client.get(f"channels/{channel['id']}/messages")).json()["messages"]
    assert [message["text"] for message in history] == ["before Ben"]
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.delete(path)).status_code == 404
    assert (await ben.client.get(f"channels/{channel['id']}/messages")).status_code == 404
    assert (await ann.put(f"channels/{channel['id']}/members/{new_id()}", json={})).status_code == 404


def administrative(channel_id: str, user_id: str) -> list[tuple[str, str, dict[str, object] | None]]:
    """Every request only administrators may make of a channel."""
    return [
        ("PATCH", f"channels/{channel_id}", {"topic": "x"}),
        ("PUT", f"channels/{channel_id}/position", {}),
        ("DELETE", f"channels/{channel_id}", None),
        ("PUT", f"channels/{channel_id}/members/{user_id}", {}),
        ("DELETE", f"channels/{channel_id}/members/{user_id}", None),
    ]


async def test_members_administer_nothing(site: Site) -> None:
    ben, cleo = await arrive(site, "ben"), await arrive(site, "cleo")
    channel = await general(site, ben)
    for method, path, body in administrative(channel.id, cleo.user.id):
        answer = await ben.client.request(method, path, json=body)
        assert (answer.status_code, code_of(answer)) == (403, "forbidden"), (method, path)
    made = await ben.client.post("channels", json={"kind": "text", "name": "mine"})
    assert (made.status_code, code_of(made)) == (403, "forbidden")


async def test_read_only_is_for_administrators_to_write_in(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann, is_default=True, write_permission="administrators")
    refused = await ben.client.post(f"channels/{channel['id']}/messages", json={"nonce": new_id(), "text": "x"})
    assert (refused.status_code, code_of(refused)) == (403, "read_only_channel")
    accepted = await ann.post(f"channels/{channel['id']}/messages", json={"nonce": new_id(), "text": "x"})
    assert accepted.status_code == 201


async def test_an_administrator_adds_nobody_to_a_private_channel_of_others(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await private_channel(site, ben)
    me = (await ann.get("me")).json()["user"]["id"]
    assert (await ann.put(f"channels/{channel.id}/members/{me}", json={})).status_code == 404


async def posting_to(person: Person, channel_id: str) -> int:
    """How a post is answered."""
    body = {"nonce": new_id(), "text": "x"}
    return (await person.client.post(f"channels/{channel_id}/messages", json=body)).status_code


async def test_a_public_channel_is_joined_and_left_by_anybody(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = await make(ann)
    assert await posting_to(ben, channel["id"]) == 404
    for _ in range(2):
        joined = await ben.client.post(f"channels/{channel['id']}/join", json={})
        assert (joined.status_code, joined.json()) == (200, {"channel": channel})
    assert await posting_to(ben, channel["id"]) == 201
    assert await names_of(ben.client) == []
    assert (await ben.client.post(f"channels/{channel['id']}/leave", json={})).status_code == 204
    assert await posting_to(ben, channel["id"]) == 404
    again = await ben.client.post(f"channels/{channel['id']}/leave", json={})
    assert (again.status_code, code_of(again)) == (404, "not_found")


async def test_channels_to_join_come_in_pages_by_kind(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    for name in "abcde":
        await make(ann, name=name)
    await make(ann, name="v", kind="voice")
    await make(ann, name="secret", visibility="private")
    met: list[str] = []
    after = ""
    while after is not None:
        page = (await ben.client.get(f"channels?kind=text&limit=2{after and f'&after={after}'}")).json()
        assert len(page["channels"]) <= 2
        met += [channel["name"] for channel in page["channels"]]
        after = page["next"]
    assert met == list("abcde")
    assert await names_of(ben.client, "voice") == ["v"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "invalid_input"),
        ("kind=both", "invalid_input"),
        ("kind=text&limit=0", "invalid_page"),
        ("kind=text&limit=101", "invalid_page"),
        ("kind=text&after=x", "invalid_page"),
    ],
)
async def test_a_page_that_makes_no_sense_is_refused(site: Site, query: str, code: str) -> None:
    ann = await arrive(site, "ann")
    answer = await ann.client.get(f"channels?{query}")
    assert (answer.status_code, code_of(answer)) == (400, code)


async def test_unknown_members_of_a_body_and_nulls_are_refused(site: Site) -> None:
    ann = await site.administrator()
    channel = await make(ann)
    for body in (
        {"id": new_id()},
        {"position": 1},
        {"slug": "x"},
        {"kind": "voice"},
        {"name": None},
        {"visibility": "secret"},
    ):
        answer = await ann.patch(f"channels/{channel['id']}", json=body)
        assert (answer.status_code, code_of(answer)) == (400, "invalid_input"), body
