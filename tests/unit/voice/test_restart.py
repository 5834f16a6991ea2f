"""The server is killed and started again: everybody comes back as who they were, in any order."""

from __future__ import annotations

from itertools import permutations

import pytest

from cromulent.channels import MembershipRemoved
from cromulent.kernel.errors import NotFound
from cromulent.voice import Departure, ParticipantDisconnected, ParticipantLeft, RoomSettled, SignalReceived
from cromulent.voice.errors import Gone, InvalidResumeToken, Superseded, WasKicked
from cromulent.voice.model import Candidate, Candidates, RepairRequest, Signal
from cromulent.voice.policy import VoicePolicy
from tests.unit.voice.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("order", list(permutations(("anna", "ben", "carl"))))
async def test_everybody_keeps_their_id_whatever_the_order(fresh_world: World, order: tuple[str, ...]) -> None:
    world = fresh_world
    before = {user: await world.page(user).join("lounge") for user in ("anna", "ben", "carl")}
    world.restart()
    for user in order:
        back = await world.page(user).join("lounge", token=before[user].resume_token)
        assert back.participant_id == before[user].participant_id
        assert back.resume_token == before[user].resume_token
        assert back.room.settled is False
    assert [one.id for one in (await world.voice.room("anna", "lounge")).participants] == [
        before[user].participant_id for user in ("anna", "ben", "carl")
    ]


async def test_a_room_settles_once_and_tells_the_whole_roster(fresh_world: World) -> None:
    world = fresh_world
    world.voice.expect_rooms(["lounge", "attic"])
    assert [(room.channel_id, room.settled) for room in world.voice.rooms_of(["general", "lounge", "attic"])] == [
        ("lounge", False),
        ("attic", False),
    ]
    anna = world.page("anna")
    joined = await anna.join("lounge")
    world.pass_time(14.5, anna)
    assert world.told(RoomSettled) == []
    world.pass_time(1, anna)
    assert world.told(RoomSettled) == [
        RoomSettled("lounge", 1, True, joined.room.participants),
        RoomSettled("attic", 0, True, ()),
    ]
    assert [room.channel_id for room in world.voice.rooms_of(["general", "lounge", "attic"])] == ["lounge"]
    world.pass_time(30, anna)
    assert len(world.told(RoomSettled)) == 2


async def test_a_valid_token_restores_the_id_long_after_the_room_has_settled(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.restart()
    world.pass_time(600)
    back = await world.page("anna").join("lounge", token=before.resume_token)
    assert back.participant_id == before.participant_id
    assert back.room.settled


async def test_coming_back_ignores_the_limit_of_the_room() -> None:
    world = World()
    tokens = {user: (await world.page(user).join("lounge")).resume_token for user in ("anna", "ben", "carl")}
    world.policy = VoicePolicy(room_limit=1)
    world.restart()
    for user, token in tokens.items():
        await world.page(user).join("lounge", token=token)
    assert set(world.roster("lounge")) == {"anna", "ben", "carl"}


@pytest.mark.parametrize("newer_first", [True, False])
async def test_of_two_claims_the_larger_participant_id_wins(fresh_world: World, newer_first: bool) -> None:
    world = fresh_world
    laptop, phone = world.page("anna", "laptop"), world.page("anna", "phone")
    older = await laptop.join("lounge")
    newer = await phone.join("lounge", takeover=True)
    world.ledger.void_before.clear()  # the server died before it could write that the older one is void
    world.restart()
    if newer_first:
        await phone.join("lounge", token=newer.resume_token)
        with pytest.raises(Superseded):
            await laptop.join("lounge", token=older.resume_token)
    else:
        await laptop.join("lounge", token=older.resume_token)
        await phone.join("lounge", token=newer.resume_token)
    assert [one.id for one in (await world.voice.room("anna", "lounge")).participants] == [newer.participant_id]
    with pytest.raises(Superseded):
        await laptop.join("lounge", token=older.resume_token)


async def test_rights_lost_while_the_server_was_down_are_lost(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.outsiders.add(("anna", "lounge"))
    world.restart()
    with pytest.raises(NotFound):
        await world.page("anna").join("lounge", token=before.resume_token)


async def test_a_goodbye_of_before_the_restart_still_counts(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    await world.voice.leave("anna", before.participant_id, before.resume_token)
    world.restart()
    with pytest.raises(Superseded):
        await world.page("anna").join("lounge", token=before.resume_token)


async def test_a_goodbye_before_coming_back_is_told_to_those_who_still_see_them(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.restart()
    await world.voice.leave("anna", before.participant_id, before.resume_token)
    assert world.announced == [ParticipantLeft("lounge", 1, before.participant_id, Departure.LEFT)]
    with pytest.raises(InvalidResumeToken):
        await world.page("anna").join("lounge", token=before.resume_token)


async def test_a_switch_before_coming_back_leaves_the_old_room(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.restart()
    await world.page("anna").join("attic", token=before.resume_token)
    first = world.announced[0]
    assert first == ParticipantLeft("lounge", 1, before.participant_id, Departure.MOVED)
    assert set(world.roster("attic")) == {"anna"}
    with pytest.raises(Superseded):
        await world.page("anna").join("lounge", token=before.resume_token)


@pytest.mark.parametrize(
    "fact", [ParticipantDisconnected("anna", "lounge", "ben"), MembershipRemoved("anna", "lounge")]
)
async def test_who_is_put_out_before_coming_back_stays_out(
    fresh_world: World, fact: ParticipantDisconnected | MembershipRemoved
) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.restart()
    world.voice.after_commit(fact)
    for _ in range(2):
        with pytest.raises(WasKicked):
            await world.page("anna").join("lounge", token=before.resume_token)
    assert world.announced == [ParticipantLeft("lounge", 1, before.participant_id, Departure.KICKED)]
    world.settle()
    with pytest.raises(WasKicked):
        await world.page("anna").join("lounge", token=before.resume_token)
    again = await world.page("anna").join("lounge")  # by their own click
    assert again.participant_id != before.participant_id
    await world.page("anna").join("lounge", token=again.resume_token)


async def test_who_is_put_out_of_another_channel_comes_back(fresh_world: World) -> None:
    world = fresh_world
    before = await world.page("anna").join("lounge")
    world.restart()
    world.voice.after_commit(ParticipantDisconnected("anna", "attic", "ben"))
    back = await world.page("anna").join("lounge", token=before.resume_token)
    assert back.participant_id == before.participant_id


async def test_signals_wait_for_those_who_are_not_back_yet(fresh_world: World) -> None:
    world = fresh_world
    anna, ben = world.page("anna"), world.page("ben")
    first, second = await anna.join("lounge"), await ben.join("lounge")
    world.restart()
    anna, ben = world.page("anna"), world.page("ben")
    await anna.join("lounge", token=first.resume_token)
    candidate = Candidate("candidate:1", "0", 0, None)
    signals = [Signal(second.participant_id, 2, 7, body) for body in (RepairRequest(), Candidates((candidate,)))]
    for signal in signals:
        world.voice.signal(anna, signal)
    await ben.join("lounge", token=second.resume_token)
    assert ben.signals == [
        SignalReceived("lounge", first.participant_id, second.participant_id, 2, 7, signal.body) for signal in signals
    ]


async def test_once_settled_who_is_not_there_is_gone(fresh_world: World) -> None:
    world = fresh_world
    anna = world.page("anna")
    await anna.join("lounge")
    world.voice.signal(anna, Signal("somebody of before", 1, 1, RepairRequest()))
    world.pass_time(16, anna)
    with pytest.raises(Gone):
        world.voice.signal(anna, Signal("somebody of before", 1, 1, RepairRequest()))
