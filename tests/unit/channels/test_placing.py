"""The order of channels: kept by numbers from which nobody learns of a channel they may not see."""

from __future__ import annotations

import random

import pytest

from cromulent.channels import Channel, placing, store
from cromulent.channels.model import ChannelKind
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


async def names_in_order(place: Place, kind: ChannelKind = "text") -> str:
    """The names of all channels of a kind, one after the other."""
    found = await place.database.read(lambda connection: store.channels_of_kind(connection, kind))
    return "".join(channel.name for channel in found)


async def test_channels_stand_behind_the_others_of_their_kind(place: Place) -> None:
    for name in "abc":
        await place.add_channel(name)
        await place.add_channel(name.upper(), kind="voice")
    assert (await names_in_order(place), await names_in_order(place, "voice")) == ("abc", "ABC")


async def test_moving_changes_the_place_of_one_channel_and_tells_its_members(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channels = {name: await place.add_channel(name, ann) for name in "abcd"}
    place.log.clear()
    moved = await place.channels.move(ann, channels["d"].id, channels["b"].id)
    assert await names_in_order(place) == "adbc"
    assert [(row.feed, row.type) for row in place.log] == [(f"channel:{moved.id}", "channel.updated")]
    await place.channels.move(ann, channels["a"].id, None)
    assert await names_in_order(place) == "dbca"


async def test_any_moves_whatsoever_keep_the_order_asked_for(place: Place) -> None:
    luck = random.Random(5)
    ann = await place.add_user("ann", administrator=True)
    channels = [await place.add_channel(name, ann) for name in "abcdef"]
    order = list(channels)
    for _ in range(60):
        channel = luck.choice(channels)
        before = luck.choice([*(each for each in channels if each is not channel), None])
        await place.channels.move(ann, channel.id, None if before is None else before.id)
        order.remove(channel)
        order.insert(len(order) if before is None else order.index(before), channel)
        assert await names_in_order(place) == "".join(each.name for each in order)


async def test_where_there_is_no_room_the_others_make_some(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channels: list[Channel] = [await place.add_channel(name, ann) for name in "abc"]

    def crowd(unit) -> None:
        for number, channel in enumerate(channels):
            row = store.channels.update().where(store.channels.c.id == channel.id)
            unit.connection.execute(row.values(position=placing.MAX_POSITION - 2 + number))

    await place.write(crowd)
    await place.channels.move(ann, channels[2].id, channels[1].id)
    assert await names_in_order(place) == "acb"
    await place.write(crowd)
    await place.channels.move(ann, channels[0].id, None)
    assert await names_in_order(place) == "bca"
    await place.write(crowd)
    await place.add_channel("d")
    assert await names_in_order(place) == "abcd"


async def test_a_public_channel_is_not_placed_by_private_ones(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_further(last: int | None) -> int:
        return 1 if last is None else last + 1

    monkeypatch.setattr("cromulent.channels.administration.position_after", one_further)
    first = await place.add_channel("a")
    for name in "xyz":
        await place.add_channel(name, visibility="private")
    assert (await place.add_channel("b")).position == first.position + 1


def test_a_step_may_be_of_any_size_so_that_a_gap_proves_nothing() -> None:
    steps = [placing.position_after(10) - 10 for _ in range(3000)]
    assert min(steps) >= 1
    assert min(steps) < placing.MEAN_STEP / 10
    assert max(steps) > 3 * placing.MEAN_STEP
    between = {placing.position_between(10, 14) for _ in range(200)}
    assert between == {11, 12, 13}
    assert placing.position_between(10, 11) is None
    before_all = placing.position_between(None, 5)
    assert before_all is not None
    assert before_all < 5
