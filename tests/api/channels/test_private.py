"""A private channel cannot be told from one that does not exist, by any route, whoever asks: byte for byte but the request id."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cromulent.accounts.store import update_user
from cromulent.channels import Channel
from cromulent.kernel.ids import new_id
from tests.api.people import Person, arrive, private_channel
from tests.api.site import Site, without_request_id
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio


def every_request_about(channel_id: str, user_id: str) -> list[tuple[str, str, dict[str, object] | None]]:
    """Each way to ask for something of a channel, well formed."""
    post: dict[str, object] = {"nonce": new_id(), "text": "x"}
    message = f"channels/{channel_id}/messages/{new_id()}"
    return [
        ("GET", f"channels/{channel_id}/members", None),
        ("GET", f"channels/{channel_id}/messages", None),
        ("GET", f"channels/{channel_id}/messages?around=1", None),
        ("POST", f"channels/{channel_id}/messages", post),
        ("PUT", f"channels/{channel_id}/read-state", {"seq": 1}),
        ("POST", f"channels/{channel_id}/participants/{user_id}/disconnect", {}),
        ("POST", f"channels/{channel_id}/participants/{user_id}/move", {"channel_id": channel_id}),
        ("POST", f"channels/{channel_id}/participants/{user_id}/mute", {}),
        ("POST", f"channels/{channel_id}/participants/{user_id}/unmute", {}),
        ("PATCH", message, {"text": "x"}),
        ("DELETE", message, None),
        ("PATCH", f"channels/{channel_id}", {"name": "x"}),
        ("PATCH", f"channels/{channel_id}", {}),
        ("PUT", f"channels/{channel_id}/position", {}),
        ("DELETE", f"channels/{channel_id}", None),
        ("POST", f"channels/{channel_id}/join", {}),
        ("POST", f"channels/{channel_id}/leave", {}),
        ("PUT", f"channels/{channel_id}/members/{user_id}", {}),
        ("DELETE", f"channels/{channel_id}/members/{user_id}", None),
    ]


def paths_of(site_routes: dict[str, dict[str, object]]) -> set[tuple[str, str]]:
    """Method and path of every operation that names a channel, as the instance describes itself."""
    found = {(method.upper(), path) for path, methods in site_routes.items() for method in methods}
    return {(method, path.removeprefix("/api/v1/")) for method, path in found if "{channel_id}" in path}


async def as_program(site: Site, administrator: bool) -> Person:
    """Somebody who is in nothing but the default channels."""
    eve = await arrive(site, "eve")
    if administrator:
        await site.instance.database.write(
            lambda unit: update_user(unit.connection, replace(eve.user, role="administrator"))
        )
    return eve


@on_both_engines
@pytest.mark.parametrize("administrator", [False, True], ids=["member", "administrator"])
@pytest.mark.parametrize("kind", ["text", "voice"])
async def test_it_answers_like_a_channel_that_is_not_there(site: Site, administrator: bool, kind: str) -> None:
    ann = await arrive(site, "ann")
    channel = await private_channel(site, ann, kind="text" if kind == "text" else "voice")
    await ann.post(channel, new_id(), "for us only")
    eve = await as_program(site, administrator)
    missing_id = new_id()
    requests = zip(
        every_request_about(channel.id, ann.user.id), every_request_about(missing_id, ann.user.id), strict=True
    )
    for (method, path, body), (_, missing_path, missing_body) in requests:
        there = await eve.client.request(method, path, json=body)
        missing = await eve.client.request(method, missing_path, json=missing_body)
        assert (there.status_code, missing.status_code) == (404, 404), (method, path)
        assert without_request_id(there) == without_request_id(missing), (method, path)
        assert {name for name, _ in there.headers.items()} == {name for name, _ in missing.headers.items()}


async def test_every_route_about_a_channel_is_among_those_tried(site: Site) -> None:
    ann = await site.administrator()
    schema = (await ann.get("http://chat.test/api/schema/openapi.json")).json()
    tried = {
        (method, path.partition("?")[0].replace("U", "{user_id}").replace("M", "{message_id}"))
        for method, path, _ in every_request_about("{channel_id}", "U")
    }
    tried = {(method, _without_id(path)) for method, path in tried}
    assert {(method, _without_id(path)) for method, path in paths_of(schema["paths"])} == tried


def _without_id(path: str) -> str:
    """The path with the id of a message, whatever stands for it, blanked."""
    head, separator, _ = path.partition("/messages/")
    return f"{head}{separator}" if separator else path


async def test_it_is_in_no_list_and_stands_before_nothing(site: Site) -> None:
    ann, eve = await arrive(site, "ann"), await as_program(site, administrator=True)
    secret: Channel = await private_channel(site, ann)
    text = (await eve.client.get("channels?kind=text&limit=100")).text
    assert secret.id not in text
    assert secret.name not in text
    mine = (await eve.client.post("channels", json={"kind": "text", "name": "mine"})).json()["channel"]
    before_secret = await eve.client.put(f"channels/{mine['id']}/position", json={"before": secret.id})
    before_nothing = await eve.client.put(f"channels/{mine['id']}/position", json={"before": new_id()})
    assert before_secret.status_code == 404
    assert without_request_id(before_secret) == without_request_id(before_nothing)


async def test_a_public_channel_made_private_is_gone_for_who_is_not_in_it(site: Site) -> None:
    ann, ben = await site.administrator(), await arrive(site, "ben")
    channel = (await ann.post("channels", json={"kind": "text", "name": "plans"})).json()["channel"]
    assert channel["id"] in (await ben.client.get("channels?kind=text")).text
    await ann.patch(f"channels/{channel['id']}", json={"visibility": "private"})
    assert channel["id"] not in (await ben.client.get("channels?kind=text")).text
    assert (await ben.client.post(f"channels/{channel['id']}/join", json={})).status_code == 404
