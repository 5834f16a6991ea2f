"""`GET /channels/{id}/members` and `GET /users/{id}`: who is there."""

from __future__ import annotations

import pytest

from tests.api.people import arrive, general, private_channel
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio

NOBODY = "0198c5a2-7d3e-7a10-8b4c-2f6d9e1a3b57"


async def test_members_come_in_pages(site: Site) -> None:
    people = [await arrive(site, name) for name in ("ann", "bob", "cy")]
    channel = await private_channel(site, *people)
    ann = people[0]
    first = await ann.client.get(f"channels/{channel.id}/members?limit=2")
    assert first.status_code == 200
    assert first.json() == {
        "users": [
            {"id": ann.user.id, "user_name": "ann", "display_name": "Ann", "role": "member"},
            {"id": people[1].user.id, "user_name": "bob", "display_name": "Bob", "role": "member"},
        ],
        "seq": 3,
        "next": people[1].user.id,
    }
    rest = (await ann.client.get(f"channels/{channel.id}/members?limit=2&after={first.json()['next']}")).json()
    assert ([user["user_name"] for user in rest["users"]], rest["next"]) == (["cy"], None)


async def test_everybody_is_in_the_first_channel(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    answer = await bob.client.get(f"channels/{(await general(site, ann)).id}/members")
    assert [user["id"] for user in answer.json()["users"]] == [ann.user.id, bob.user.id]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "invalid_page"),
        ("limit=201", "invalid_page"),
        ("after=x", "invalid_page"),
        ("limit=x", "invalid_input"),
    ],
)
async def test_a_page_that_makes_no_sense_is_refused(site: Site, query: str, code: str) -> None:
    ann = await arrive(site, "ann")
    answer = await ann.client.get(f"channels/{(await general(site, ann)).id}/members?{query}")
    assert (answer.status_code, code_of(answer)) == (400, code)


async def test_a_profile_is_public_and_has_no_address(site: Site) -> None:
    ann, bob = await arrive(site, "ann", "ann@example.org"), await arrive(site, "bob")
    answer = await bob.client.get(f"users/{ann.user.id}")
    assert answer.status_code == 200
    assert answer.json() == {"user": {"id": ann.user.id, "user_name": "ann", "display_name": "Ann", "role": "member"}}


@pytest.mark.parametrize("user_id", [NOBODY, "x", "ann", "%00"])
async def test_a_user_who_is_not_there_is_not_found(site: Site, user_id: str) -> None:
    ann = await arrive(site, "ann")
    answer = await ann.client.get(f"users/{user_id}")
    assert (answer.status_code, code_of(answer)) == (404, "not_found")
