"""One voice per user: the holder is asked, "Move here" supersedes, a switch is one command, stale holders are replaced."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.voice import (
    Audio,
    CallSuperseded,
    Departure,
    HolderAsked,
    Notice,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
)
from cromulent.voice.errors import AlreadyInChannel, ChannelFull, InvalidResumeToken, NotInRoom, Superseded
from cromulent.voice.model import Change
from cromulent.voice.policy import VoicePolicy
from tests.unit.voice.world import DEAFENED, MUTED, World, finish

pytestmark = pytest.mark.anyio


def outline(notices: list[Notice]) -> list[tuple[str, str, str]]:
    """(what, channel, reason) of joins and departures."""
    found: list[tuple[str, str, str]] = []
    for notice in notices:
        if isinstance(notice, ParticipantJoined):
            found.append(("joined", notice.channel_id, ""))
        elif isinstance(notice, ParticipantLeft):
            found.append(("left", notice.channel_id, notice.reason.value))
    return found


async def test_a_second_page_is_told_where_the_call_is(world: World) -> None:
    phone = world.page("anna", "Chrome on Android")
    await phone.join("lounge")
    with pytest.raises(AlreadyInChannel) as refusal:
        await world.page("anna").join("attic")
    assert refusal.value.detail == {"channel_id": "lounge", "device": "Chrome on Android"}
    assert len(phone.told(HolderAsked)) == 1
    assert outline(world.announced) == [("joined", "lounge", "")]


async def test_a_frozen_holder_is_replaced_after_a_moment(world: World) -> None:
    frozen = world.page("anna", "frozen laptop")
    frozen.script_alive = False
    old = await frozen.join("lounge")
    started = world.clock.monotonic()
    new = await finish(world, lambda: world.page("anna", "phone").join("lounge"), frozen)
    assert 1.5 <= world.clock.monotonic() - started <= 2
    assert outline(world.announced)[1:] == [("left", "lounge", "replaced"), ("joined", "lounge", "")]
    assert frozen.told(CallSuperseded) == [CallSuperseded("lounge", old.participant_id, "phone")]
    assert frozen.ping_interval is None
    assert [one.id for one in new.room.participants] == [new.participant_id]


async def test_a_holder_without_a_socket_is_replaced_at_once(world: World) -> None:
    gone = world.page("anna")
    await gone.join("lounge")
    world.voice.endpoint_closed(gone)
    await world.page("anna").join("lounge")
    assert outline(world.announced)[1:] == [("left", "lounge", "replaced"), ("joined", "lounge", "")]


async def test_the_replaced_page_cannot_come_back_by_its_token(world: World) -> None:
    gone = world.page("anna")
    old = await gone.join("lounge")
    world.voice.endpoint_closed(gone)
    newer = world.page("anna")
    await newer.join("lounge")
    with pytest.raises(Superseded):
        await world.page("anna").join("lounge", token=old.resume_token)
    with pytest.raises(NotInRoom):
        world.voice.update(gone, Change(muted=True))


async def test_a_holder_that_answers_late_is_late(world: World) -> None:
    frozen = world.page("anna", "laptop")
    frozen.script_alive = False
    await frozen.join("lounge")
    await finish(world, lambda: world.page("anna", "phone").join("lounge"), frozen)
    (asked,) = frozen.told(HolderAsked)
    assert isinstance(asked, HolderAsked)
    world.voice.answer(frozen, asked.ask_id)
    assert set(world.roster("lounge")) == {"anna"}


async def test_somebody_else_cannot_answer_for_the_holder(world: World) -> None:
    frozen = world.page("anna")
    frozen.script_alive = False
    await frozen.join("lounge")
    joining = asyncio.ensure_future(world.page("anna").join("lounge"))
    await world.until_waiting(joining)
    (asked,) = frozen.told(HolderAsked)
    assert isinstance(asked, HolderAsked)
    world.voice.answer(world.page("ben"), asked.ask_id)
    await finish(world, lambda: joining, frozen)
    assert outline(world.announced)[1:] == [("left", "lounge", "replaced"), ("joined", "lounge", "")]


async def test_a_holder_that_comes_back_on_a_new_socket_is_asked_again(world: World) -> None:
    laptop = world.page("anna", "laptop")
    laptop.script_alive = False  # its socket hangs: neither questions nor answers pass
    token = (await laptop.join("lounge")).resume_token
    joining = asyncio.ensure_future(world.page("anna", "phone").join("lounge"))
    await world.until_waiting(joining)
    back = world.page("anna", "laptop")
    await back.join("lounge", token=token)
    with pytest.raises(AlreadyInChannel):
        await finish(world, lambda: joining, back)
    assert len(back.told(HolderAsked)) == 1
    assert outline(world.announced) == [("joined", "lounge", "")]


async def test_of_two_newcomers_the_second_meets_the_first(world: World) -> None:
    frozen = world.page("anna", "frozen")
    frozen.script_alive = False
    await frozen.join("lounge")
    first = asyncio.ensure_future(world.page("anna", "first").join("lounge"))
    second = asyncio.ensure_future(world.page("anna", "second").join("lounge"))
    await world.until_waiting(first)
    await finish(world, lambda: first, frozen)
    with pytest.raises(AlreadyInChannel):
        await second
    assert len(world.roster("lounge")) == 1


async def test_move_here_supersedes_the_holder_without_asking(world: World) -> None:
    laptop = world.page("anna", "laptop")
    old = await laptop.join("lounge")
    phone = world.page("anna", "phone")
    await phone.join("attic", takeover=True)
    assert laptop.told(HolderAsked) == []
    assert laptop.told(CallSuperseded) == [CallSuperseded("lounge", old.participant_id, "phone")]
    assert outline(world.announced)[1:] == [("left", "lounge", "moved"), ("joined", "attic", "")]


def shown_as(notices: list[Notice]) -> list[tuple[str, bool, bool]]:
    """(channel, muted, deafened) of everybody who joined or changed."""
    news = [one for one in notices if isinstance(one, (ParticipantJoined, ParticipantUpdated))]
    return [(one.channel_id, one.participant.muted, one.participant.deafened) for one in news]


@pytest.mark.parametrize("flags", [MUTED, DEAFENED])
async def test_a_muted_call_that_is_moved_is_never_seen_unmuted(world: World, flags: Audio) -> None:
    laptop = world.page("anna", "laptop")
    await laptop.join("lounge")
    world.voice.update(laptop, Change(muted=flags.muted, deafened=flags.deafened))
    world.announced.clear()
    moved = await world.page("anna", "phone").join("attic", takeover=True)
    assert [(one.muted, one.deafened) for one in moved.room.participants] == [(flags.muted, flags.deafened)]
    assert shown_as(world.announced) == [("attic", flags.muted, flags.deafened)]


async def test_a_move_whose_answer_was_lost_is_as_muted_when_it_is_repeated(world: World) -> None:
    await world.page("anna", "laptop").join("lounge", audio=MUTED)
    await world.page("anna", "phone").join("lounge", join_id="one", takeover=True)
    world.announced.clear()
    again = await world.page("anna", "phone").join("lounge", join_id="one", takeover=True)
    assert [one.muted for one in again.room.participants] == [True]
    assert shown_as(world.announced) in ([], [("lounge", True, False)])


async def test_a_call_that_was_unmuted_where_it_is_comes_back_unmuted(world: World) -> None:
    laptop, phone = world.page("anna", "laptop"), world.page("anna", "phone")
    await laptop.join("lounge", audio=MUTED)
    await phone.join("lounge", takeover=True)
    world.voice.update(phone, Change(muted=False))
    back = await laptop.join("lounge", takeover=True, audio=MUTED)
    assert [one.muted for one in back.room.participants] == [False]


async def test_without_a_call_to_move_the_page_itself_says_whether_it_is_muted(world: World) -> None:
    alone = await world.page("anna").join("lounge", takeover=True, audio=DEAFENED)
    assert [(one.muted, one.deafened) for one in alone.room.participants] == [(True, True)]


async def test_a_page_that_comes_back_says_anew_whether_it_is_muted(world: World) -> None:
    anna = world.page("anna")
    token = (await anna.join("lounge")).resume_token
    back = await anna.join("lounge", token=token, audio=DEAFENED)
    assert [(one.muted, one.deafened) for one in back.room.participants] == [(True, True)]


async def test_after_move_here_and_leaving_the_first_page_cannot_come_back(world: World) -> None:
    laptop = world.page("anna", "laptop")
    old = await laptop.join("lounge")
    moved = await world.page("anna", "phone").join("attic", takeover=True)
    await world.voice.leave("anna", moved.participant_id, moved.resume_token)
    with pytest.raises(Superseded):
        await world.page("anna").join("lounge", token=old.resume_token)
    world.restart()
    with pytest.raises(Superseded):
        await world.page("anna").join("lounge", token=old.resume_token)


@pytest.mark.parametrize("token", ["nonsense", None])
async def test_move_here_needs_no_valid_token(world: World, token: str | None) -> None:
    laptop = world.page("anna", "laptop")
    old = await laptop.join("lounge")
    phone = world.page("anna", "phone")
    await phone.join("lounge", token=token, takeover=True)
    back = await laptop.join("lounge", token=old.resume_token, takeover=True)
    assert [one.id for one in back.room.participants] == [back.participant_id]
    assert back.participant_id > old.participant_id


async def test_a_switch_leaves_the_old_room_before_it_enters_the_new(world: World) -> None:
    anna = world.page("anna")
    old = await anna.join("lounge")
    new = await anna.join("attic", token=old.resume_token)
    assert new.participant_id != old.participant_id
    assert outline(world.announced)[1:] == [("left", "lounge", "moved"), ("joined", "attic", "")]
    assert anna.told(CallSuperseded) == []
    assert anna.ping_interval == 4


async def test_a_switch_while_reconnecting_comes_from_a_new_socket(world: World) -> None:
    anna = world.page("anna")
    old = await anna.join("lounge")
    world.voice.endpoint_closed(anna)
    back = world.page("anna")
    await back.join("attic", token=old.resume_token)
    assert outline(world.announced)[1:] == [("left", "lounge", "moved"), ("joined", "attic", "")]


async def test_a_refused_switch_keeps_the_old_call() -> None:
    world = World(VoicePolicy(room_limit=1))
    world.settle()
    await world.page("ben").join("attic")
    anna = world.page("anna")
    old = await anna.join("lounge")
    with pytest.raises(ChannelFull):
        await anna.join("attic", token=old.resume_token)
    world.voice.update(anna, Change(muted=True))
    again = await anna.join("lounge", token=old.resume_token)
    assert again.participant_id == old.participant_id


async def test_a_switch_whose_answer_was_lost_may_be_sent_again(world: World) -> None:
    anna = world.page("anna")
    old = await anna.join("lounge")
    first = await anna.join("attic", join_id="switch", token=old.resume_token)
    world.voice.endpoint_closed(anna)
    again = await world.page("anna").join("attic", join_id="switch", token=old.resume_token)
    assert (again.participant_id, again.resume_token) == (first.participant_id, first.resume_token)


async def test_switching_back_and_forth_quickly_ends_where_the_last_click_was(world: World) -> None:
    anna = world.page("anna")
    old = await anna.join("lounge")
    world.pass_time(400, anna)  # past half the life of the ICE servers: the provider is asked again
    world.provider.may_answer.clear()
    clicks = [asyncio.ensure_future(anna.join("attic", token=old.resume_token))]
    await world.until_waiting(clicks[0])
    clicks.append(asyncio.ensure_future(anna.join("lounge", token=old.resume_token)))
    await world.until_waiting(clicks[1])
    world.provider.may_answer.set()
    with pytest.raises(Superseded):
        await clicks[0]
    assert (await clicks[1]).participant_id == old.participant_id
    assert outline(world.announced) == [("joined", "lounge", "")]


async def test_leaving_is_at_once_and_for_good(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    await world.voice.leave("anna", joined.participant_id, joined.resume_token)
    assert outline(world.announced)[1:] == [("left", "lounge", Departure.LEFT.value)]
    assert anna.ping_interval is None
    with pytest.raises(InvalidResumeToken):
        await anna.join("lounge", token=joined.resume_token)
    fresh = await anna.join("lounge")
    assert fresh.participant_id > joined.participant_id


async def test_a_late_goodbye_does_not_end_the_call_that_came_after_it(world: World) -> None:
    first = await world.page("anna").join("lounge")
    page = world.page("anna")
    second = await page.join("lounge", takeover=True)
    await world.voice.leave("anna", first.participant_id, first.resume_token)
    assert set(world.roster("lounge")) == {"anna"}
    world.voice.endpoint_closed(page)
    resumed = await world.page("anna").join("lounge", token=second.resume_token)
    assert resumed.participant_id == second.participant_id


async def test_a_goodbye_while_the_page_is_coming_back_wins(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    world.voice.endpoint_closed(anna)
    world.pass_time(400)  # lost, and the ICE servers are old
    world.provider.may_answer.clear()
    resuming = asyncio.ensure_future(world.page("anna").join("lounge", token=joined.resume_token))
    await world.until_waiting(resuming)
    await world.voice.leave("anna", joined.participant_id, joined.resume_token)
    world.provider.may_answer.set()
    with pytest.raises(InvalidResumeToken):
        await resuming
    assert world.roster("lounge") == {}


async def test_a_goodbye_needs_the_token_of_that_participant(world: World) -> None:
    anna = await world.page("anna").join("lounge")
    ben = await world.page("ben").join("lounge")
    for user, participant, token in [
        ("ben", anna.participant_id, anna.resume_token),
        ("ben", anna.participant_id, ben.resume_token),
        ("anna", anna.participant_id, ben.resume_token),
        ("anna", anna.participant_id, "nonsense"),
    ]:
        with pytest.raises(InvalidResumeToken):
            await world.voice.leave(user, participant, token)
    assert set(world.roster("lounge")) == {"anna", "ben"}


async def test_a_disk_that_is_full_does_not_keep_anybody_in_a_call(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    world.ledger.broken = True
    await world.voice.leave("anna", joined.participant_id, joined.resume_token)
    assert world.roster("lounge") == {}
    with pytest.raises(InvalidResumeToken):
        await anna.join("lounge", token=joined.resume_token)
