"""`PATCH` and `DELETE /channels/{id}/messages/{id}`: the answers, the refusals, and what is left for a nonce."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from cromulent.channels import Channel
from cromulent.kernel.clock import FakeClock, to_wire
from cromulent.kernel.ids import new_id
from tests.api.people import Person, arrive, general, private_channel
from tests.api.site import Site, code_of, without_request_id
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio


async def posted(person: Person, channel: Channel, text: str = "hello", nonce: str | None = None) -> dict[str, object]:
    """A message that is there now."""
    answer = await person.post(channel, nonce or new_id(), text)
    assert answer.status_code == 201, answer.text
    return answer.json()["message"]


def address(channel: Channel, message: dict[str, object]) -> str:
    return f"channels/{channel.id}/messages/{message['id']}"


async def history(person: Person, channel: Channel) -> list[dict[str, object]]:
    return (await person.client.get(f"channels/{channel.id}/messages")).json()["messages"]


async def test_an_edit_is_answered_with_the_message_as_it_is_now(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    site.clock.advance(60)
    answer = await ann.client.patch(address(channel, message), json={"text": "*bye*"})
    assert answer.status_code == 200
    edited = answer.json()["message"]
    assert edited == message | {
        "rev": edited["seq"] + 1,
        "text": "*bye*",
        "html": "<p><em>bye</em></p>",
        "edited_at": to_wire(site.clock.now()),
    }
    assert await history(ann, channel) == [edited]


async def test_a_deletion_is_answered_with_what_is_left(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    answer = await ann.client.request("DELETE", address(channel, message), json={})
    assert answer.status_code == 200
    tombstone = message | {"rev": message["seq"] + 1, "text": "", "html": "", "deleted": True}  # type: ignore[operator] - a number
    assert answer.json() == {"message": tombstone}
    assert (await ann.client.request("DELETE", address(channel, message), json={})).content == answer.content
    refused = await ann.client.patch(address(channel, message), json={"text": "back"})
    assert (refused.status_code, code_of(refused)) == (409, "message_deleted")
    assert await history(ann, channel) == [tombstone]


async def test_administrators_delete_any_and_edit_none(site: Site) -> None:
    ann, admin = await arrive(site, "ann"), await site.administrator("ada")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    answer = await admin.patch(address(channel, message), json={"text": "mine now"})
    assert (answer.status_code, code_of(answer)) == (403, "forbidden")
    answer = await admin.request("DELETE", address(channel, message), json={})
    assert answer.json()["message"]["deleted"] is True


async def test_others_change_nothing(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    for answer in (
        await bob.client.patch(address(channel, message), json={"text": "mine now"}),
        await bob.client.request("DELETE", address(channel, message), json={}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "forbidden")
    assert await history(ann, channel) == [message]


async def test_what_may_not_be_seen_and_what_is_missing_look_the_same(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    secret, open_to_all = await private_channel(site, ann), await general(site, ann)
    message = await posted(ann, secret)
    answers: list[httpx2.Response] = []
    for channel_id, message_id in (
        (secret.id, message["id"]),
        (open_to_all.id, message["id"]),
        (open_to_all.id, new_id()),
        (new_id(), message["id"]),
        ("x", "%00"),
    ):
        path = f"channels/{channel_id}/messages/{message_id}"
        answers.append(await bob.client.patch(path, json={"text": "x"}))
        answers.append(await bob.client.request("DELETE", path, json={}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_request_id(answer) for answer in answers}) == 1


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": "x", "html": "y"}, [], {"text": "x", "author_id": "y"}])
async def test_a_body_that_makes_no_sense_is_refused(site: Site, body: object) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    answer = await ann.client.patch(address(channel, message), json=body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")


async def test_edits_and_deletions_have_a_limit_of_their_own(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    message = await posted(ann, channel)
    for number in range(10):
        answer = await ann.client.patch(address(channel, message), json={"text": f"{number}"})
        assert answer.status_code == 200
    for answer in (
        await ann.client.patch(address(channel, message), json={"text": "too fast"}),
        await ann.client.request("DELETE", address(channel, message), json={}),
    ):
        assert (answer.status_code, code_of(answer)) == (429, "rate_limited")
    assert (await ann.post(channel, new_id(), "posting goes on")).status_code == 201
    site.clock.advance(int(answer.headers["retry-after"]))
    assert (await ann.client.request("DELETE", address(channel, message), json={})).status_code == 200


async def test_a_nonce_is_spent_whatever_became_of_its_message(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonce = new_id()
    message = await posted(ann, channel, "first", nonce)
    edited = (await ann.client.patch(address(channel, message), json={"text": "second"})).json()
    again = await ann.post(channel, nonce, "first")
    assert (again.status_code, again.json()) == (200, edited)
    answer = await ann.post(channel, nonce, "second")
    assert (answer.status_code, code_of(answer)) == (422, "nonce_reused")
    deleted = (await ann.client.request("DELETE", address(channel, message), json={})).json()
    again = await ann.post(channel, nonce, "first")
    assert (again.status_code, again.json()) == (200, deleted)
    answer = await ann.post(channel, nonce, "")
    assert (answer.status_code, code_of(answer)) == (400, "message_empty")
    assert await history(ann, channel) == [deleted["message"]]


@on_both_engines
async def test_a_nonce_repeated_in_parallel_with_two_bodies_makes_one_message(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonce = new_id()
    texts = ["one", "two"] * 5
    answers = await asyncio.gather(*(ann.post(channel, nonce, text) for text in texts))
    won = next(answer for answer in answers if answer.status_code == 201).json()["message"]
    expected = [200 if text == won["text"] else 422 for text in texts]
    assert [200 if answer.status_code == 201 else answer.status_code for answer in answers] == expected
    assert await history(ann, channel) == [won]


@on_both_engines
async def test_a_nonce_outlives_a_restart(tmp_path: Path, database_at: Path | str) -> None:
    url = database_at if isinstance(database_at, str) else ""
    site = await Site.open(tmp_path, FakeClock(), database_url=url)
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonces = {text: new_id() for text in ("kept", "edited", "deleted")}
    made = {text: await posted(ann, channel, text, nonce) for text, nonce in nonces.items()}
    await ann.client.patch(address(channel, made["edited"]), json={"text": "other"})
    await ann.client.request("DELETE", address(channel, made["deleted"]), json={})
    before = await history(ann, channel)
    token = ann.client.headers["authorization"].removeprefix("Bearer ")
    await site.close()
    site = await Site.open(tmp_path, FakeClock(), database_url=url)
    ann = Person(ann.user, site.program(token))
    for text, nonce in nonces.items():
        again = await ann.post(channel, nonce, text)
        assert again.status_code == 200
        assert again.json()["message"]["id"] == made[text]["id"]
        assert (await ann.post(channel, nonce, "something else")).status_code == 422
    assert await history(ann, channel) == before
    await site.close()
