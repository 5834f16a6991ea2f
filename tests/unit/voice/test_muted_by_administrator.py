"""An administrator's mute: told to everybody, apart from one's own, and not shaken off by going away and coming back."""

from __future__ import annotations

import pytest

from cromulent.channels import Channel, ChannelDeleted
from cromulent.voice import Change, Participant, ParticipantMuted, ParticipantUnmuted, ParticipantUpdated
from tests.unit.voice.world import FakePage, World

pytestmark = pytest.mark.anyio

MUTED = ParticipantMuted("anna", "lounge", "ruth")
UNMUTED = ParticipantUnmuted("anna", "lounge", "ruth")


def shown(world: World, user_id: str = "anna", channel_id: str = "lounge") -> Participant:
    """Somebody as everybody sees them."""
    (room,) = world.voice.rooms_of([channel_id])
    return next(one for one in room.participants if one.user_id == user_id)


@pytest.fixture
async def anna(world: World) -> FakePage:
    """In the lounge, and muted there."""
    page = world.page("anna")
    await page.join("lounge")
    world.announced.clear()
    world.voice.after_commit(MUTED)
    return page


async def test_the_members_are_told_and_that_it_is_not_her_own(world: World, anna: FakePage) -> None:
    (told,) = world.told(ParticipantUpdated)
    assert isinstance(told, ParticipantUpdated)
    assert (told.participant.muted_by_administrator, told.participant.muted) == (True, False)
    world.voice.after_commit(UNMUTED)
    assert not shown(world).muted_by_administrator


async def test_nothing_she_says_of_herself_ends_it(world: World, anna: FakePage) -> None:
    for change in (Change(muted=True), Change(muted=False), Change(sends_audio=False), Change(sends_audio=True)):
        world.voice.update(anna, change)
        assert shown(world).muted_by_administrator
    world.voice.after_commit(UNMUTED)
    world.voice.update(anna, Change(muted=True))
    assert (shown(world).muted, shown(world).muted_by_administrator) == (True, False)


async def test_it_outlives_a_lost_socket_a_new_page_and_leaving(world: World, anna: FakePage) -> None:
    joined = await anna.join("lounge")
    world.voice.endpoint_closed(anna)
    await world.page("anna").join("lounge", token=joined.resume_token)
    assert shown(world).muted_by_administrator
    moved = await world.page("anna", "phone").join("lounge", takeover=True)
    assert shown(world).muted_by_administrator
    await world.voice.leave("anna", moved.participant_id, moved.resume_token)
    await world.page("anna").join("lounge")
    assert shown(world).muted_by_administrator


async def test_it_outlives_the_server(world: World, anna: FakePage) -> None:
    joined = await anna.join("lounge")
    world.mutes.append(("anna", "lounge"))
    world.restart()
    again = await world.page("anna").join("lounge", token=joined.resume_token)
    assert again.room.participants[0].muted_by_administrator


async def test_it_is_of_one_channel_and_one_person(world: World, anna: FakePage) -> None:
    await world.page("ben").join("lounge")
    assert not shown(world, "ben").muted_by_administrator
    await anna.join("attic")
    assert not shown(world, "anna", "attic").muted_by_administrator
    world.voice.after_commit(ParticipantMuted("anna", "lounge", "ruth"))  # not where she is
    assert not shown(world, "anna", "attic").muted_by_administrator


async def test_who_is_not_there_is_muted_when_they_come(world: World) -> None:
    world.voice.after_commit(MUTED)
    joined = await world.page("anna").join("lounge")
    assert joined.room.participants[0].muted_by_administrator


async def test_it_ends_with_the_channel(world: World, anna: FakePage) -> None:
    channel: Channel = world.channels["lounge"]
    world.voice.after_commit(ChannelDeleted(channel, "ruth"))
    again = await world.page("anna").join("lounge", takeover=True)
    assert not again.room.participants[0].muted_by_administrator
