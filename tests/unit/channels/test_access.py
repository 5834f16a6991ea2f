"""The gates: a channel one may not see and one that is not there are the same."""

from __future__ import annotations

import pytest

from cromulent.kernel.errors import Forbidden, NotFound
from cromulent.kernel.ids import new_id
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


async def test_a_member_gets_the_channel(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("secret", ann, visibility="private")
    assert await place.channels.access_channel(ann, channel.id) == channel
    assert await place.channels.access_writable_channel(ann, channel.id) == channel


@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_for_anybody_else_it_is_missing(place: Place, visibility: str) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob", administrator=True)
    channel = await place.add_channel("secret", ann, visibility="private" if visibility == "private" else "public")
    refusals: list[NotFound] = []
    for channel_id in (channel.id, new_id(), "", "x" * 5000, "'; --"):
        for gate in (place.channels.access_channel, place.channels.access_writable_channel):
            with pytest.raises(NotFound) as refusal:
                await gate(bob, channel_id)
            refusals.append(refusal.value)
    assert len({(refusal.code, refusal.message) for refusal in refusals}) == 1
    assert not any(refusal.detail for refusal in refusals)


async def test_who_was_removed_is_a_stranger(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    await place.remove(channel, ann)
    with pytest.raises(NotFound):
        await place.channels.access_channel(ann, channel.id)


async def test_only_administrators_write_in_a_read_only_channel(place: Place) -> None:
    ann, bob = await place.add_user("ann", administrator=True), await place.add_user("bob")
    cy = await place.add_user("cy")
    channel = await place.add_channel("news", ann, bob, write_permission="administrators")
    assert await place.channels.access_writable_channel(ann, channel.id) == channel
    assert await place.channels.access_channel(bob, channel.id) == channel
    with pytest.raises(Forbidden) as refusal:
        await place.channels.access_writable_channel(bob, channel.id)
    assert refusal.value.code == "read_only_channel"
    with pytest.raises(NotFound):
        await place.channels.access_writable_channel(cy, channel.id)
