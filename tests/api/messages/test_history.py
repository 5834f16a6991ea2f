"""`GET /channels/{id}/messages`: pages of history."""

from __future__ import annotations

import pytest

from cromulent.kernel.ids import new_id
from tests.api.people import arrive, general, private_channel
from tests.api.site import Site, code_of, without_request_id

pytestmark = pytest.mark.anyio


async def test_a_page_has_the_messages_and_their_authors(site: Site) -> None:
    ann, bob = await arrive(site, "ann", "ann@example.org"), await arrive(site, "bob")
    channel = await general(site, ann)
    posted = [(await who.post(channel, new_id(), f"from {who.user.id}")).json()["message"] for who in (ann, bob, ann)]
    answer = await bob.client.get(f"channels/{channel.id}/messages")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "messages": posted,
        "users": [
            {"id": ann.user.id, "user_name": "ann", "display_name": "Ann", "role": "member"},
            {"id": bob.user.id, "user_name": "bob", "display_name": "Bob", "role": "member"},
        ],
        "has_before": False,
        "has_after": False,
        "seq": posted[-1]["seq"],
    }


async def test_pages_are_asked_for_by_seq(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await private_channel(site, ann)
    for number in range(9):
        await ann.post(channel, new_id(), str(number))

    async def seqs(query: str) -> list[int]:
        answer = await ann.client.get(f"channels/{channel.id}/messages?{query}")
        return [message["seq"] for message in answer.json()["messages"]]

    assert await seqs("limit=3") == [8, 9, 10]
    assert await seqs("before=8&limit=3") == [5, 6, 7]
    assert await seqs("after=3&limit=3") == [4, 5, 6]
    assert await seqs("around=5&limit=4") == [3, 4, 5, 6]
    assert await seqs("before=2") == []
    assert await seqs("") == list(range(2, 11))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_page"),
        ("limit=51", "invalid_page"),
        ("before=-1", "invalid_page"),
        ("after=9007199254740992", "invalid_page"),
        ("before=1&after=1", "invalid_page"),
        ("around=1&before=1", "invalid_page"),
        ("before=x", "invalid_input"),
        ("before=1.5", "invalid_input"),
        ("limit=", "invalid_input"),
        ("before=" + "9" * 500, "invalid_page"),
    ],
)
async def test_a_page_that_makes_no_sense_is_refused(site: Site, query: str, code: str) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    answer = await ann.client.get(f"channels/{channel.id}/messages?{query}")
    assert (answer.status_code, code_of(answer)) == (400, code)


async def test_a_foreign_channel_and_a_missing_one_look_the_same(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    secret = await private_channel(site, ann)
    for path in ("messages", "messages?before=5", "members"):
        answers = [await bob.client.get(f"channels/{channel_id}/{path}") for channel_id in (secret.id, new_id(), "x")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({without_request_id(answer) for answer in answers}) == 1


async def test_a_page_that_makes_no_sense_tells_nothing_of_a_foreign_channel(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    secret = await private_channel(site, ann)
    for path in ("messages?limit=0", "members?limit=0", "members?after=x"):
        answers = [await bob.client.get(f"channels/{channel_id}/{path}") for channel_id in (secret.id, new_id())]
        assert len({without_request_id(answer) for answer in answers}) == 1


@pytest.mark.parametrize("path", ["channels/{}/messages", "channels/{}/members", "users/{}"])
async def test_strangers_see_nothing(site: Site, path: str) -> None:
    ann = await arrive(site, "ann")
    for thing in ((await general(site, ann)).id, ann.user.id, new_id()):
        answer = await site.browser().get(path.format(thing))
        assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")
