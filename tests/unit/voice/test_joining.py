"""Getting in: the first join, the same join twice, who may, and what a full room says."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.kernel.errors import NotFound
from cromulent.voice import (
    Change,
    Connection,
    ParticipantJoined,
    ParticipantLeft,
    VoicePolicy,
)
from cromulent.voice.errors import ChannelFull, InvalidResumeToken, NotVoiceChannel, Superseded, VoiceDisabled
from tests.unit.voice.world import World

pytestmark = pytest.mark.anyio


async def test_a_join_tells_the_page_everything_and_the_members_who_came(world: World) -> None:
    anna = world.page("anna", "Firefox on Linux")
    joined = await anna.join("lounge")

    (participant,) = joined.room.participants
    assert (participant.id, participant.user_id, participant.device) == (joined.participant_id, "anna", anna.device)
    assert participant.connection is Connection.CONNECTING
    assert (joined.room.rev, joined.room.settled) == (1, True)
    assert joined.ice.servers
    assert joined.ice.expires_in_seconds == 600
    assert world.announced == [ParticipantJoined("lounge", 1, participant)]
    assert anna.ping_interval == 4


async def test_the_second_sees_the_first_and_rev_counts_on(world: World) -> None:
    first = await world.page("anna").join("lounge")
    second = await world.page("ben").join("lounge")
    assert [one.id for one in second.room.participants] == [first.participant_id, second.participant_id]
    assert second.participant_id > first.participant_id
    assert second.room.rev == 2


async def test_the_same_join_id_gets_the_same_answer_also_on_a_new_socket(world: World) -> None:
    first = await world.page("anna").join("lounge", join_id="one")
    again = await world.page("anna").join("lounge", join_id="one")
    assert (again.participant_id, again.resume_token) == (first.participant_id, first.resume_token)
    assert len(world.told(ParticipantJoined)) == 1


async def test_the_same_join_sent_twice_at_once_gives_one_participant(world: World) -> None:
    anna = world.page("anna")
    world.provider.may_answer.clear()
    both = asyncio.gather(anna.join("lounge", join_id="one"), anna.join("lounge", join_id="one"))
    await asyncio.sleep(0)
    world.provider.may_answer.set()
    first, second = await both
    assert first.participant_id == second.participant_id
    assert len(world.told(ParticipantJoined)) == 1


async def test_the_same_join_by_a_newer_socket_is_the_one_that_counts(world: World) -> None:
    hanging, newest = world.page("anna"), world.page("anna")
    world.provider.may_answer.clear()
    old = asyncio.ensure_future(hanging.join("lounge", join_id="one"))
    await world.until_waiting(old)
    new = asyncio.ensure_future(newest.join("lounge", join_id="one"))
    await world.until_waiting(new)
    world.provider.may_answer.set()
    with pytest.raises(Superseded):
        await old
    await new
    world.voice.update(newest, Change(muted=True))


async def test_the_join_id_of_another_login_session_is_not_believed(world: World) -> None:
    first = await world.page("anna").join("lounge", join_id="one")
    stranger = world.page("anna")
    stranger.login_session_id = "another login"
    second = await stranger.join("lounge", join_id="one", takeover=True)
    assert second.participant_id != first.participant_id


@pytest.mark.parametrize(
    ("channel_id", "error"), [("general", NotVoiceChannel), ("nowhere", NotFound), ("attic", NotFound)]
)
async def test_a_room_needs_a_voice_channel_of_ones_own(world: World, channel_id: str, error: type[Exception]) -> None:
    world.outsiders.add(("anna", "attic"))
    with pytest.raises(error):
        await world.page("anna").join(channel_id)
    with pytest.raises(error):
        await world.voice.room("anna", channel_id)
    assert world.announced == []


async def test_when_voice_is_switched_off_nobody_gets_in(world: World) -> None:
    world.voice_enabled = False
    with pytest.raises(VoiceDisabled):
        await world.page("anna").join("lounge")
    with pytest.raises(VoiceDisabled):
        await world.voice.ice_servers("anna", "chat.example.org")


async def test_a_full_room_refuses_newcomers_but_not_those_who_return() -> None:
    world = World(VoicePolicy(room_limit=2))
    world.settle()
    anna = world.page("anna")
    joined = await anna.join("lounge")
    await world.page("ben").join("lounge")
    with pytest.raises(ChannelFull):
        await world.page("carl").join("lounge")
    again = await world.page("anna").join("lounge", token=joined.resume_token)
    assert again.participant_id == joined.participant_id


async def test_moving_within_a_full_room_is_not_refused() -> None:
    world = World(VoicePolicy(room_limit=1))
    world.settle()
    await world.page("anna").join("lounge")
    moved = await world.page("anna").join("lounge", takeover=True)
    assert [one.id for one in moved.room.participants] == [moved.participant_id]


async def test_a_right_lost_while_waiting_for_the_provider_is_lost(world: World) -> None:
    anna = world.page("anna")
    world.provider.may_answer.clear()
    joining = asyncio.ensure_future(anna.join("lounge"))
    await world.until_waiting(joining)
    world.voice.evict("anna", "membership_removed", channel_id="lounge")
    world.provider.may_answer.set()
    with pytest.raises(NotFound):
        await joining
    assert world.announced == []


async def test_a_page_that_closes_while_waiting_does_not_become_a_ghost(world: World) -> None:
    anna = world.page("anna")
    world.provider.may_answer.clear()
    joining = asyncio.ensure_future(anna.join("lounge"))
    await world.until_waiting(joining)
    world.voice.endpoint_closed(anna)
    world.provider.may_answer.set()
    with pytest.raises(Superseded):
        await joining
    assert world.roster("lounge") == {}


async def test_the_last_click_wins(world: World) -> None:
    anna = world.page("anna")
    world.provider.may_answer.clear()
    first = asyncio.ensure_future(anna.join("lounge"))
    await world.until_waiting(first)
    second = asyncio.ensure_future(anna.join("attic"))
    await world.until_waiting(second)
    world.provider.may_answer.set()
    with pytest.raises(Superseded):
        await first
    await second
    assert world.roster("lounge") == {}
    assert set(world.roster("attic")) == {"anna"}


async def test_joining_again_from_the_same_page_replaces_its_own_participant(world: World) -> None:
    anna = world.page("anna")
    first = await anna.join("lounge")
    second = await anna.join("lounge")
    assert [type(notice) for notice in world.announced] == [ParticipantJoined, ParticipantLeft, ParticipantJoined]
    assert [one.id for one in second.room.participants] == [second.participant_id]
    with pytest.raises(Superseded):
        await anna.join("lounge", token=first.resume_token)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b", "AAAA.AAAA", "x" * 10_000])
async def test_a_token_that_is_none_is_refused(world: World, token: str) -> None:
    with pytest.raises(InvalidResumeToken):
        await world.page("anna").join("lounge", token=token)


async def test_somebody_elses_token_is_refused(world: World) -> None:
    anna = await world.page("anna").join("lounge")
    with pytest.raises(InvalidResumeToken):
        await world.page("ben").join("lounge", token=anna.resume_token)
    other_login = world.page("anna")
    other_login.login_session_id = "another login"
    with pytest.raises(InvalidResumeToken):
        await other_login.join("lounge", token=anna.resume_token)
