"""The verdict: what pages report is kept while they are there, judged now and then, and told to both ends of a pair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cromulent.voice import Change, Connection, PeerReport, Report, Trouble, Verdict, VerdictsChanged
from cromulent.voice.errors import NotInRoom
from tests.unit.voice.world import FakePage, World

pytestmark = pytest.mark.anyio

WELL = Report("live", "playing", transmitting=False, level_dbfs=None, peers=())


class Call:
    """Anna and Ben in the lounge, hearing each other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anna, self.ben = world.page("anna"), world.page("ben")
        self.ids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    async def begin(self) -> Call:
        for page in (self.anna, self.ben):
            await self.enter(page)
        return self

    async def enter(self, page: FakePage) -> None:
        joined = await page.join("lounge", token=self.tokens.get(page.user_id))
        self.ids[page.user_id], self.tokens[page.user_id] = joined.participant_id, joined.resume_token

    def report(self, page: FakePage, report: Report = WELL) -> None:
        """A page reports, and that it hears everybody else."""
        others = [one for user, one in self.ids.items() if user != page.user_id]
        peers = tuple(PeerReport(one, "ok", 50, 50) for one in others)
        self.world.voice.report(page, replace(report, peers=peers))

    def pass_time(self, seconds: float) -> None:
        self.world.pass_time(seconds, self.anna, self.ben)


@pytest.fixture
async def call(world: World) -> Call:
    return await Call(world).begin()


def told(page: FakePage) -> list[tuple[Verdict, ...]]:
    """What a page was told, in order."""
    return [notice.verdicts for notice in page.inbox if isinstance(notice, VerdictsChanged)]


async def test_both_ends_learn_whose_side_it_is_on(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, playback="blocked"))
    call.pass_time(1)
    assert told(call.ben) == [(Verdict(call.ids["anna"], "incoming", "playback_blocked", "you"),)]
    assert told(call.anna) == [(Verdict(call.ids["ben"], "outgoing", "playback_blocked", "peer"),)]


async def test_what_is_mended_is_told_and_nothing_is_told_twice(call: Call) -> None:
    for playback in ("blocked", "blocked", "playing", "playing"):
        call.report(call.anna)
        call.report(call.ben, replace(WELL, playback=playback))
        call.pass_time(5)
    assert [len(verdicts) for verdicts in told(call.anna)] == [1, 0]


async def test_a_room_that_is_well_is_told_nothing(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben)
    call.pass_time(6)
    assert told(call.anna) == told(call.ben) == []


async def test_however_much_is_reported_a_page_is_told_at_most_once_a_second(call: Call) -> None:
    call.report(call.anna)
    for number in range(40):
        call.report(call.ben, replace(WELL, playback="blocked" if number // 3 % 2 else "playing"))
        call.pass_time(0.25)
    assert 2 <= len(told(call.anna)) <= 11


async def test_an_old_report_says_nothing_any_more(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, playback="blocked"))
    call.pass_time(20)
    assert not [one for one in told(call.anna)[-1] if one.code == "playback_blocked"]


async def test_who_misses_somebody_is_not_away_and_who_lost_the_socket_is(call: Call) -> None:
    call.world.voice.update(call.ben, Change(connection=Connection.RECONNECTING))
    mute = (PeerReport(call.ids["anna"], "unstable", 0, 50, reason="no_media"),)
    call.report(call.anna)
    call.world.voice.report(call.ben, replace(WELL, peers=mute))
    call.pass_time(1)
    assert [one.code for one in told(call.anna)[-1]] == ["one_way"]
    call.world.voice.endpoint_closed(call.ben)
    call.report(call.anna)
    call.world.pass_time(1, call.anna)
    assert [(one.code, one.direction) for one in told(call.anna)[-1]] == [("away", "outgoing")]


async def test_who_leaves_is_forgotten(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, microphone="denied"))
    call.pass_time(1)
    await call.world.voice.leave("ben", call.ids["ben"], call.tokens["ben"])
    call.pass_time(6)
    assert [len(verdicts) for verdicts in told(call.anna)] == [1, 0]


async def test_a_page_that_comes_back_is_told_again(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, microphone="denied"))
    call.pass_time(1)
    call.world.voice.endpoint_closed(call.anna)
    call.anna = call.world.page("anna")
    await call.enter(call.anna)
    call.pass_time(6)
    assert told(call.anna) == [(Verdict(call.ids["ben"], "incoming", "mic_denied", "peer"),)]


async def test_nothing_is_kept_of_strangers_and_of_oneself(call: Call) -> None:
    peers = tuple(PeerReport(one, "ok", 50, 50) for one in (call.ids["anna"], call.ids["ben"], "nobody"))
    call.world.voice.report(call.anna, replace(WELL, peers=peers))
    (seat,) = [seat for seat in call.world.voice._rooms.seats() if seat.user_id == "anna"]
    assert seat.report is not None
    assert [peer.participant_id for peer in seat.report[1].peers] == [call.ids["ben"]]


async def test_only_who_is_in_a_room_reports(world: World) -> None:
    with pytest.raises(NotInRoom):
        world.voice.report(world.page("anna"), WELL)


async def test_others_read_what_is_wrong_once_for_each_direction(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, playback="blocked"))
    call.pass_time(1)
    [room] = call.world.voice.judged_rooms()
    assert room.channel_id == "lounge"
    assert {one.id for one in room.participants} == set(call.ids.values())
    assert room.troubles == (Trouble(call.ids["anna"], call.ids["ben"], "playback_blocked", "listener"),)
    await call.world.voice.leave("anna", call.ids["anna"], call.tokens["anna"])
    [room] = call.world.voice.judged_rooms()
    assert room.troubles == ()


async def test_others_read_who_is_away_and_what_is_mended_meanwhile(call: Call) -> None:
    call.report(call.anna)
    call.report(call.ben, replace(WELL, playback="blocked"))
    call.pass_time(1)
    call.world.voice.endpoint_closed(call.ben)
    call.world.voice.report(call.anna, replace(WELL, peers=(PeerReport(call.ids["ben"], "unstable", 0, 50),)))
    call.world.pass_time(14, call.anna)  # longer than Ben's report holds
    anna, ben = call.ids["anna"], call.ids["ben"]
    [room] = call.world.voice.judged_rooms()
    assert set(room.troubles) == {Trouble(ben, anna, "away", "speaker"), Trouble(anna, ben, "away", "listener")}
    assert counted(call.world, "cromulent_voice_verdicts") == {"away": 2}
    assert counted(call.world, "cromulent_voice_verdicts_total")["away"] == 2
    call.ben = call.world.page("ben")
    await call.enter(call.ben)
    for page in (call.anna, call.ben):
        call.report(page)
    call.pass_time(1)
    assert told(call.ben) == []  # a page that was told nothing, and nothing is to be said
    [room] = call.world.voice.judged_rooms()
    assert room.troubles == ()


async def test_verdicts_are_counted_when_they_are_passed_and_while_they_hold(call: Call) -> None:
    for playback in ("blocked", "blocked", "playing", "blocked", "playing"):
        call.report(call.anna)
        call.report(call.ben, replace(WELL, playback=playback))
        call.pass_time(5)
        now = counted(call.world, "cromulent_voice_verdicts")
        assert now == ({"playback_blocked": 1} if playback == "blocked" else {})
    assert counted(call.world, "cromulent_voice_verdicts_total") == {"playback_blocked": 2}


def counted(world: World, name: str) -> dict[str, float]:
    """A metric by its code."""
    [metric] = [metric for metric in world.voice.metrics() if metric.name == name]
    return {sample.labels["code"]: sample.value for sample in metric.samples}
