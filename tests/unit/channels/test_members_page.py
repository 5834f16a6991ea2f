"""The list of members, page by page."""

from __future__ import annotations

import pytest

from cromulent.channels import MAX_MEMBERS_PAGE
from cromulent.kernel.errors import InvalidInput, NotFound
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


async def test_walking_the_pages_meets_every_member_once(place: Place) -> None:
    people = [await place.add_user(f"user{number}") for number in range(7)]
    channel = await place.add_channel("general", *people[:5])
    met: list[str] = []
    after: str | None = None
    while True:
        page = await place.channels.members(people[0], channel.id, after, 2)
        assert len(page.users) <= 2
        assert page.seq == 5
        met += [user.id for user in page.users]
        after = page.next
        if after is None:
            break
    assert met == sorted(user.id for user in people[:5])


async def test_a_page_that_holds_the_rest_has_no_next(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    channel = await place.add_channel("general", ann, bob)
    page = await place.channels.members(ann, channel.id, None, 2)
    assert (list(page.users), page.next) == ([ann, bob], None)
    assert (await place.channels.members(ann, channel.id, bob.id, 2)).users == []


async def test_the_page_says_at_which_event_it_was_read(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    await place.post(ann, channel)
    assert (await place.channels.members(ann, channel.id, None, 200)).seq == 2


@pytest.mark.parametrize(("after", "limit"), [(None, 0), (None, MAX_MEMBERS_PAGE + 1), (None, -1), ("x", 10), ("", 10)])
async def test_a_page_that_makes_no_sense_is_refused(place: Place, after: str | None, limit: int) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    with pytest.raises(InvalidInput) as refusal:
        await place.channels.members(ann, channel.id, after, limit)
    assert refusal.value.code == "invalid_page"


async def test_strangers_do_not_see_who_is_there(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    channel = await place.add_channel("general", ann)
    with pytest.raises(NotFound):
        await place.channels.members(bob, channel.id, None, 10)
