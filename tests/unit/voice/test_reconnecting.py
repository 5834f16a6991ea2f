"""Sockets that come and go under a call: what the roster says, who stays, who is gone, and when."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.accounts import LoginSessionEnded, User, UserUpdated
from cromulent.channels import MembershipRemoved
from cromulent.settings import InstanceSettings, SettingsChanged
from cromulent.voice import (
    Change,
    Connection,
    Departure,
    Kicked,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantMoved,
    ParticipantUpdated,
    SentOn,
)
from cromulent.voice.errors import Gone, NotInRoom, VoiceDisabled, WasKicked
from tests.unit.voice.world import CONNECTED, FakePage, World

pytestmark = pytest.mark.anyio


async def in_call(world: World, *users: str) -> list[FakePage]:
    """Pages of these users, all in the lounge and connected."""
    pages = [world.page(user) for user in users]
    for page in pages:
        await page.join("lounge")
        world.voice.update(page, CONNECTED)
    world.announced.clear()
    return pages


async def test_what_a_page_reports_is_what_everybody_sees(world: World) -> None:
    (anna,) = await in_call(world, "anna")
    world.voice.update(anna, Change(connection=Connection.RECONNECTING, muted=True))
    world.voice.update(anna, Change(connection=Connection.RECONNECTING, muted=True))
    (notice,) = world.announced
    assert isinstance(notice, ParticipantUpdated)
    assert (notice.participant.connection, notice.participant.muted) == (Connection.RECONNECTING, True)
    assert not notice.participant.deafened


async def test_without_a_seat_nothing_can_be_said(world: World) -> None:
    (anna,) = await in_call(world, "anna")
    other_page = world.page("anna")
    for say in (
        lambda: world.voice.update(other_page, CONNECTED),
        lambda: world.voice.heard(other_page, []),
        lambda: world.voice.update(world.page("ben"), CONNECTED),
    ):
        with pytest.raises(NotInRoom):
            say()
    assert world.announced == []
    world.voice.update(anna, CONNECTED)


async def test_silence_of_eight_seconds_shows_and_of_eighteen_ends_it(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    world.pass_time(7.5, ben)
    assert world.roster("lounge")["anna"] is Connection.CONNECTED
    world.pass_time(1, ben)
    assert world.roster("lounge")["anna"] is Connection.RECONNECTING
    world.pass_time(9, ben)
    assert set(world.roster("lounge")) == {"anna", "ben"}
    world.pass_time(1, ben)
    assert set(world.roster("lounge")) == {"ben"}
    last = world.announced[-1]
    assert isinstance(last, ParticipantLeft)
    assert last.reason is Departure.LOST
    assert anna.ping_interval is None
    with pytest.raises(NotInRoom):
        world.voice.update(anna, CONNECTED)


async def test_an_answered_ping_keeps_the_lease_without_any_javascript(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna.script_alive = False
    for _ in range(30):
        anna.ping()
        world.pass_time(4, ben)
    assert world.roster("lounge")["anna"] is Connection.CONNECTED
    assert world.announced == []


async def test_a_socket_cut_for_eight_seconds_is_seen_by_nobody_as_a_leave(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    token = (await anna.join("lounge", join_id="x", takeover=True)).resume_token
    world.voice.update(anna, CONNECTED)
    world.announced.clear()
    world.voice.endpoint_closed(anna)
    world.pass_time(8.5, ben)
    back = world.page("anna")
    joined = await back.join("lounge", token=token)
    assert joined.resume_token == token
    assert {type(notice) for notice in world.announced} == {ParticipantUpdated}
    assert world.roster("lounge")["anna"] is Connection.CONNECTED
    assert back.ping_interval == 4


async def test_a_resume_within_the_silence_is_seen_by_nobody_at_all(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    token = (await anna.join("lounge", join_id="x", takeover=True)).resume_token
    world.announced.clear()
    world.voice.endpoint_closed(anna)
    world.pass_time(3, ben)
    await world.page("anna").join("lounge", token=token)
    assert world.announced == []


async def test_the_newest_socket_with_the_token_wins_while_the_old_one_hangs(world: World) -> None:
    hanging = world.page("anna")
    token = (await hanging.join("lounge")).resume_token
    newest = world.page("anna")
    await newest.join("lounge", token=token)
    world.voice.update(newest, CONNECTED)
    with pytest.raises(NotInRoom):
        world.voice.update(hanging, CONNECTED)
    world.voice.endpoint_closed(hanging)
    world.pass_time(6, newest)
    assert world.roster("lounge") == {"anna": Connection.CONNECTED}
    assert hanging.ping_interval is None
    assert len(world.told(ParticipantJoined)) == 1


async def test_whoever_was_lost_comes_back_with_the_same_id(world: World) -> None:
    anna = world.page("anna")
    first = await anna.join("lounge")
    world.voice.endpoint_closed(anna)
    world.pass_time(19)
    assert world.roster("lounge") == {}
    back = await world.page("anna").join("lounge", token=first.resume_token)
    assert back.participant_id == first.participant_id


async def test_a_peer_that_hears_somebody_keeps_them_for_a_minute(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna_id = next(one.id for one in (await world.voice.room("ben", "lounge")).participants if one.user_id == "anna")
    seconds = 0
    while "anna" in world.roster("lounge"):
        world.voice.heard(ben, [anna_id, "nobody"])
        world.pass_time(2, ben)
        seconds += 2
    assert 66 <= seconds <= 70
    assert anna.heard_at


async def test_whoever_missed_a_kick_learns_of_it_while_they_still_hear_the_kicked(world: World) -> None:
    _anna, ben = await in_call(world, "anna", "ben")
    joined = await ben.join("lounge", join_id="again", takeover=True)
    world.voice.endpoint_closed(ben)
    anna_id = next(one.id for one in (await world.voice.room("ben", "lounge")).participants if one.user_id == "anna")
    world.voice.after_commit(MembershipRemoved("anna", "lounge"))
    assert "anna" not in world.roster("lounge")
    back = world.page("ben")
    await back.join("lounge", token=joined.resume_token)
    world.voice.heard(back, [anna_id, "nobody"])
    (room,) = world.voice.rooms_of(["lounge"])
    assert back.told(ParticipantLeft) == [ParticipantLeft("lounge", room.rev, anna_id, Departure.KICKED)]


async def test_whoever_was_lost_is_not_named_to_those_who_hear_them(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna_id = next(one.id for one in (await world.voice.room("ben", "lounge")).participants if one.user_id == "anna")
    world.voice.endpoint_closed(anna)
    world.pass_time(19, ben)
    world.voice.heard(ben, [anna_id])
    assert ben.told(ParticipantLeft) == []


async def test_nobody_keeps_themselves_by_hearing_themselves(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna_id = next(one.id for one in (await world.voice.room("ben", "lounge")).participants if one.user_id == "anna")
    for _ in range(10):
        if "anna" in world.roster("lounge"):
            world.voice.heard(anna, [anna_id])
        world.pass_time(2, ben)
    assert set(world.roster("lounge")) == {"ben"}


async def test_a_server_that_was_late_itself_blames_nobody(world: World) -> None:
    await in_call(world, "anna", "ben")
    world.pass_time(5)
    world.clock.advance(30)
    world.voice.tick()
    assert set(world.roster("lounge").values()) == {Connection.CONNECTED}
    world.pass_time(2.5)
    assert set(world.roster("lounge").values()) == {Connection.CONNECTED}
    world.pass_time(1)
    assert set(world.roster("lounge").values()) == {Connection.RECONNECTING}


async def test_a_stall_of_somebody_whose_socket_answers_is_not_their_fault(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna_id = (await world.voice.room("ben", "lounge")).participants[0].id
    world.pass_time(1, ben)
    stall = asyncio.ensure_future(world.voice.report_stall(ben, anna_id))
    await asyncio.sleep(0)
    assert anna.pings == 1
    world.pass_time(0.25)
    assert await stall is True
    assert world.roster("lounge")["anna"] is Connection.CONNECTED


async def test_a_stall_of_a_dead_socket_shows_after_a_moment_and_all_who_ask_share_one_probe(world: World) -> None:
    anna, ben, carl = await in_call(world, "anna", "ben", "carl")
    anna_id = (await world.voice.room("ben", "lounge")).participants[0].id
    anna.socket_alive = False
    stalls = [asyncio.ensure_future(world.voice.report_stall(page, anna_id)) for page in (ben, carl)]
    await asyncio.sleep(0)
    assert anna.pings == 1
    world.pass_time(1.25, ben, carl)
    assert not any(stall.done() for stall in stalls)
    world.pass_time(0.25, ben, carl)
    assert await asyncio.gather(*stalls) == [False, False]
    assert world.roster("lounge")["anna"] is Connection.RECONNECTING
    anna.speak()
    world.pass_time(0.25, ben, carl)
    assert world.roster("lounge")["anna"] is Connection.CONNECTED


async def test_a_stall_of_somebody_without_a_socket_shows_at_once(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    anna_id = (await world.voice.room("ben", "lounge")).participants[0].id
    world.voice.endpoint_closed(anna)
    assert await world.voice.report_stall(ben, anna_id) is False
    assert world.roster("lounge")["anna"] is Connection.RECONNECTING


async def test_a_stall_of_nobody_is_answered_gone(world: World) -> None:
    (anna,) = await in_call(world, "anna")
    with pytest.raises(Gone):
        await world.voice.report_stall(anna, "nobody")


async def test_one_who_stops_asking_does_not_stop_the_others(world: World) -> None:
    anna, ben, carl = await in_call(world, "anna", "ben", "carl")
    anna_id = (await world.voice.room("ben", "lounge")).participants[0].id
    anna.socket_alive = False
    first = asyncio.ensure_future(world.voice.report_stall(ben, anna_id))
    second = asyncio.ensure_future(world.voice.report_stall(carl, anna_id))
    await asyncio.sleep(0)
    first.cancel()
    world.pass_time(1.5, ben, carl)
    assert await second is False


def user(disabled: bool) -> User:
    """The profile of anna."""
    instant = World().clock.now()
    return User("anna", "anna", "Anna", "member", None, instant, instant if disabled else None)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (MembershipRemoved("anna", "lounge"), "membership_removed"),
        (MembershipRemoved("anna", "lounge", "left"), "membership_left"),
        (MembershipRemoved("anna", "lounge", "channel_deleted"), "channel_deleted"),
        (LoginSessionEnded("login of anna", "anna"), "login_session_ended"),
        (UserUpdated(user(disabled=True)), "user_disabled"),
        (SettingsChanged(InstanceSettings("instance", voice_enabled=False)), "voice_disabled"),
    ],
)
async def test_whoever_loses_the_right_is_put_out(world: World, fact: MembershipRemoved, reason: str) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    world.announced.clear()
    world.voice.after_commit(fact)
    assert anna.told(Kicked) == [Kicked("lounge", joined.participant_id, reason)]
    assert world.announced == [ParticipantLeft("lounge", 2, joined.participant_id, Departure.KICKED)]
    with pytest.raises(WasKicked):
        await anna.join("lounge", token=joined.resume_token)


@pytest.mark.parametrize(
    "fact",
    [
        MembershipRemoved("anna", "attic"),
        MembershipRemoved("ben", "lounge"),
        LoginSessionEnded("another login", "anna"),
        UserUpdated(user(disabled=False)),
        SettingsChanged(InstanceSettings("instance")),
    ],
)
async def test_news_about_something_else_changes_nothing(world: World, fact: MembershipRemoved) -> None:
    await world.page("anna").join("lounge")
    world.voice.after_commit(fact)
    assert set(world.roster("lounge")) == {"anna"}


async def test_rights_are_checked_at_every_resume(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    world.voice_enabled = False
    with pytest.raises(VoiceDisabled):
        await world.page("anna").join("lounge", token=joined.resume_token)


async def test_who_is_sent_on_is_told_and_nobody_else(world: World) -> None:
    anna, ben = await in_call(world, "anna", "ben")
    [participant] = [one for one in (await world.voice.room("ben", "lounge")).participants if one.user_id == "anna"]
    world.voice.after_commit(ParticipantMoved("anna", "attic", "den", "ben"))  # not where she is (any more)
    assert anna.told(SentOn) == []
    world.voice.after_commit(ParticipantMoved("anna", "lounge", "den", "ben"))
    assert anna.told(SentOn) == [SentOn("lounge", participant.id, "den")]
    assert ben.told(SentOn) == []


async def test_who_is_sent_on_while_their_socket_is_away_is_told_when_they_are_back(world: World) -> None:
    anna = world.page("anna")
    token = (await anna.join("lounge")).resume_token
    world.voice.endpoint_closed(anna)
    world.voice.after_commit(ParticipantMoved("anna", "lounge", "den", "ben"))
    assert anna.told(SentOn) == []
    back = world.page("anna")
    participant_id = (await back.join("lounge", token=token)).participant_id
    assert back.told(SentOn) == []  # a page that was loaded anew listens only once it has been answered
    world.pass_time(10, back)
    assert back.told(SentOn) == [SentOn("lounge", participant_id, "den")]


async def test_who_is_sent_on_by_a_socket_that_hangs_is_told_by_the_next_one(world: World) -> None:
    hanging = world.page("anna")
    token = (await hanging.join("lounge")).resume_token
    world.voice.after_commit(ParticipantMoved("anna", "lounge", "den", "ben"))
    world.pass_time(3)
    pages = [world.page("anna") for _ in range(2)]
    for page in pages:
        await page.join("lounge", token=token)
        world.pass_time(1, page)
    assert [len(page.told(SentOn)) for page in (hanging, *pages)] == [1, 1, 0]
