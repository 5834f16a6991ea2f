"""How many there may be: the instance's limit, that of the channel, and whom neither stops."""

from __future__ import annotations

import pytest

from cromulent.voice import VoicePolicy
from cromulent.voice.errors import ChannelFull
from tests.unit.voice.world import FakePage, World

pytestmark = pytest.mark.anyio


async def fill(world: World, channel_id: str, count: int) -> list[FakePage]:
    """So many people go in."""
    pages = [world.page(f"{channel_id} {number}") for number in range(count)]
    for page in pages:
        await page.join(channel_id)
    return pages


async def test_eight_is_the_size_of_a_room_where_nobody_says_otherwise(world: World) -> None:
    await fill(world, "lounge", 8)
    with pytest.raises(ChannelFull):
        await world.page("anna").join("lounge")


@pytest.mark.parametrize(("of_instance", "of_channel", "size"), [(4, 2, 2), (2, 4, 2), (3, None, 3)])
async def test_the_smaller_limit_holds(of_instance: int, of_channel: int | None, size: int) -> None:
    world = World(VoicePolicy(room_limit=of_instance))
    world.settle()
    world.add_channel("nook", "voice", user_limit=of_channel)
    await fill(world, "nook", size)
    with pytest.raises(ChannelFull):
        await world.page("anna").join("nook")
    await fill(world, "attic", 2)  # its own count


async def test_a_limit_that_falls_below_who_is_there_puts_nobody_out_and_lets_nobody_in(world: World) -> None:
    pages = await fill(world, "lounge", 3)
    world.add_channel("lounge", "voice", user_limit=2)
    assert len(world.roster("lounge")) == 3
    with pytest.raises(ChannelFull):
        await world.page("anna").join("lounge")
    await pages[0].join("attic")
    with pytest.raises(ChannelFull):
        await world.page("anna").join("lounge")
    await pages[1].join("attic")
    await world.page("anna").join("lounge")


async def test_who_moves_their_own_call_is_not_stopped_by_being_in_it(world: World) -> None:
    world.add_channel("lounge", "voice", user_limit=2)
    await world.page("anna").join("lounge")
    await world.page("ben").join("lounge")
    await world.page("anna", "phone").join("lounge", takeover=True)
    assert set(world.roster("lounge")) == {"anna", "ben"}


async def test_who_was_there_before_a_restart_comes_back_into_a_full_room(fresh_world: World) -> None:
    world = fresh_world
    world.add_channel("lounge", "voice", user_limit=2)
    before = await world.page("anna").join("lounge")
    world.restart()
    for name in ("ben", "carl"):
        await world.page(name).join("lounge")
    again = await world.page("anna").join("lounge", token=before.resume_token)
    assert again.participant_id == before.participant_id
    assert len(world.roster("lounge")) == 3


async def test_a_switch_to_a_full_channel_keeps_the_old_call(world: World) -> None:
    world.add_channel("nook", "voice", user_limit=2)
    await fill(world, "nook", 2)
    anna = world.page("anna")
    held = await anna.join("lounge")
    with pytest.raises(ChannelFull):
        await anna.join("nook", token=held.resume_token)
    assert "anna" in world.roster("lounge")
