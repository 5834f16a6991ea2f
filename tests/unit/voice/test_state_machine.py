"""Random lives of rooms: whatever pages, sockets and the server do, the roster stays true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cromulent.kernel.errors import DomainError
from cromulent.voice import (
    CallSuperseded,
    Departure,
    Joined,
    Kicked,
    Participant,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantUpdated,
    RoomSettled,
)
from cromulent.voice.errors import AlreadyInChannel, InvalidResumeToken, NotInRoom, Superseded, WasKicked
from tests.unit.voice.world import CONNECTED, FakePage, World

T = TypeVar("T")
USERS = ("anna", "ben", "carl")
CHANNELS: tuple[str, ...] = ("lounge", "attic")
NO_SIGN_OF_LIFE_SECONDS = 18.0
HEARD_BY_PEERS_SECONDS = 68.0
users = st.sampled_from(USERS)
channels = st.sampled_from(CHANNELS)


class Tab:
    """A tab of a browser over its sockets and calls: `page` is its socket of the moment, `call` what it believes to hold."""

    def __init__(self, page: FakePage) -> None:
        self.page = page
        self.connected = True
        self.reachable = True
        self.call: Joined | None = None
        self.channel = ""


class Viewer:
    """Somebody who only listens: keeps a roster from the dispatches alone and insists that they make sense."""

    def __init__(self) -> None:
        self.revs: dict[str, int] = dict.fromkeys(CHANNELS, 0)
        self.rosters: dict[str, dict[str, Participant]] = {channel: {} for channel in CHANNELS}
        self.of_before: set[str] = set()
        self.lost: set[str] = set()

    def restart(self) -> None:
        # A server that was killed has forgotten whom it had given up for lost: it may say once more that they are gone.
        self.of_before |= {one for roster in self.rosters.values() for one in roster} | self.lost
        self.revs = dict.fromkeys(CHANNELS, 0)
        self.rosters = {channel: {} for channel in CHANNELS}

    def hear(self, notice: object) -> None:
        if isinstance(notice, RoomSettled):
            assert {one.id: one for one in notice.participants} == self.rosters[notice.channel_id]
            self.lost |= self.of_before
            self.of_before.clear()
        if not isinstance(notice, ParticipantJoined | ParticipantUpdated | ParticipantLeft):
            return
        self.revs[notice.channel_id] += 1
        assert notice.rev == self.revs[notice.channel_id], "revs are dense"
        roster = self.rosters[notice.channel_id]
        if isinstance(notice, ParticipantJoined):
            assert notice.participant.id not in roster, "nobody joins twice"
            roster[notice.participant.id] = notice.participant
        elif isinstance(notice, ParticipantUpdated):
            assert roster[notice.participant.id] != notice.participant, "an update says something new"
            roster[notice.participant.id] = notice.participant
        else:
            known = roster.pop(notice.participant_id, None)
            assert known or notice.participant_id in self.of_before, "only who has joined leaves, and once"
            self.of_before.discard(notice.participant_id)
            if notice.reason is Departure.LOST:
                self.lost.add(notice.participant_id)


class Rooms(RuleBasedStateMachine):
    """Rules are what tabs, networks and the server do; invariants are what everybody relies on."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World()
        self.viewer = Viewer()
        self.tabs: dict[str, list[Tab]] = {user: [] for user in USERS}
        self.latest: dict[str, Tab | None] = dict.fromkeys(USERS)
        self.alive_at: dict[str, float] = dict.fromkeys(USERS, 0.0)
        self.vouched_at: dict[str, float] = dict.fromkeys(USERS, 0.0)

    def teardown(self) -> None:
        self.runner.close()

    # --- how rules run ---

    def run(self, work: Awaitable[T]) -> T:
        """Run a command while time passes, so that what waits for an answer gets one."""

        async def running() -> T:
            task = asyncio.ensure_future(work)
            for _ in range(100):
                for _ in range(5):
                    await asyncio.sleep(0)
                if task.done():
                    break
                self.pass_ticks(1)
            result = await task
            await self.world.voice.close()
            return result

        try:
            return self.runner.run(running())
        finally:
            self.listen()

    def pass_ticks(self, count: int) -> None:
        for _ in range(count):
            self.world.clock.advance(self.world.policy.tick_seconds)
            for user in USERS:
                for tab in self.tabs[user]:
                    if tab.connected and tab.reachable:
                        tab.page.speak()
            self.note_life()
            self.world.voice.tick()
        self.listen()

    def note_life(self) -> None:
        for user in USERS:
            latest = self.latest[user]
            if latest is not None and latest.connected and latest.reachable:
                self.alive_at[user] = self.world.clock.monotonic()

    def listen(self) -> None:
        for notice in self.world.announced:
            self.viewer.hear(notice)
        self.world.announced.clear()

    def tab(self, user: str, number: int) -> Tab:
        """One of at most two tabs of a user, opened when there is none, with a socket of now."""
        tabs = self.tabs[user]
        while len(tabs) <= number:
            tabs.append(Tab(self.world.page(user, f"tab {len(tabs)}")))
        tab = tabs[number]
        if not tab.connected:
            tab.page = self.world.page(user, f"tab {number}")
            tab.connected = tab.reachable = True
        return tab

    def join(self, tab: Tab, channel: str, token: str | None, *, takeover: bool = False) -> Joined:
        user = tab.page.user_id
        joined = self.run(tab.page.join(channel, token=token, takeover=takeover))
        self.latest[user] = tab
        self.alive_at[user] = self.world.clock.monotonic()
        tab.call, tab.channel = joined, channel
        assert joined.participant_id in {one.id for one in joined.room.participants}
        return joined

    # --- what tabs do ---

    @rule(user=users, number=st.integers(0, 1), channel=channels)
    def click(self, user: str, number: int, channel: str) -> None:
        """Click a voice channel: a first join, or a switch with the old token."""
        tab = self.tab(user, number)
        holder = self.latest[user]
        before = self.roster_ids()
        token = tab.call.resume_token if tab.call and tab.channel != channel else None
        try:
            self.join(tab, channel, token)
        except AlreadyInChannel:
            assert holder is not None
            assert holder is not tab
            assert holder.page.script_alive
        except (InvalidResumeToken, Superseded, WasKicked):
            assert token is not None
            assert holder is not tab
            tab.call = None
        else:
            return
        gone = before - self.roster_ids()
        assert all(self.user_of(one) != user for one in gone) or not self.holder_lives(holder)

    @rule(user=users, number=st.integers(0, 1), channel=channels)
    def move_here(self, user: str, number: int, channel: str) -> None:
        tab = self.tab(user, number)
        self.join(tab, channel, tab.call.resume_token if tab.call else None, takeover=True)

    @rule(user=users, number=st.integers(0, 1))
    def resume(self, user: str, number: int) -> None:
        """A new socket with the token: it works if, and only if, no newer page of the user has taken over."""
        tab = self.tab(user, number)
        if tab.call is None:
            return
        before = tab.call
        try:
            again = self.join(tab, tab.channel, before.resume_token)
        except (InvalidResumeToken, Superseded, WasKicked):
            assert self.latest[user] is not tab, "the holder's token always works"
            tab.call = None
        else:
            assert again.participant_id == before.participant_id, "a token restores the id"
            assert again.resume_token == before.resume_token

    @rule(user=users, number=st.integers(0, 1))
    def leave(self, user: str, number: int) -> None:
        tab = self.tab(user, number)
        if tab.call is None:
            return
        self.run(self.world.voice.leave(user, tab.call.participant_id, tab.call.resume_token))
        assert tab.call.participant_id not in self.roster_ids()
        if self.latest[user] is tab:
            self.latest[user] = None
        tab.call = None

    @rule(user=users, number=st.integers(0, 1))
    def report_connected(self, user: str, number: int) -> None:
        tab = self.tab(user, number)
        try:
            self.world.voice.update(tab.page, CONNECTED)
        except NotInRoom:
            assert self.latest[user] is not tab or tab.page is not self.seat_page(user)
        self.listen()

    @rule(user=users, number=st.integers(0, 1))
    def freeze_or_thaw(self, user: str, number: int) -> None:
        tab = self.tab(user, number)
        tab.page.script_alive = not tab.page.script_alive

    # --- what networks do ---

    @rule(user=users, number=st.integers(0, 1))
    def drop_socket(self, user: str, number: int) -> None:
        tab = self.tab(user, number)
        self.note_life()
        tab.connected = False
        self.world.voice.endpoint_closed(tab.page)

    @rule(user=users, number=st.integers(0, 1))
    def lose_packets(self, user: str, number: int) -> None:
        tab = self.tab(user, number)
        self.note_life()
        tab.reachable = tab.page.socket_alive = False

    @rule(seconds=st.floats(0.25, 25))
    def time_passes(self, seconds: float) -> None:
        self.pass_ticks(round(seconds / self.world.policy.tick_seconds))

    @rule(seconds=st.floats(2, 60))
    def server_hangs(self, seconds: float) -> None:
        self.world.clock.advance(seconds)
        self.alive_at = {user: at + seconds for user, at in self.alive_at.items()}
        self.vouched_at = {user: at + seconds for user, at in self.vouched_at.items()}
        self.pass_ticks(1)

    @rule(user=users, about=users)
    def hear_somebody(self, user: str, about: str) -> None:
        tab = self.latest[user]
        if tab is None or user == about:
            return
        ids = [one for one in self.roster_ids() if self.user_of(one) == about]
        try:
            self.world.voice.heard(tab.page, ids)
        except NotInRoom:
            return
        self.vouched_at[about] = self.world.clock.monotonic()

    @rule(user=users, about=users)
    def miss_somebody(self, user: str, about: str) -> None:
        tab = self.latest[user]
        ids = [one for one in self.roster_ids() if self.user_of(one) == about]
        if tab is None or not ids or user == about:
            return
        try:
            present = self.run(self.world.voice.report_stall(tab.page, ids[0]))
        except DomainError:
            return
        reported = self.latest[about]
        if reported is None or reported.page is not self.seat_page(about):
            return  # a new socket that has not claimed the seat yet says nothing of it
        if reported.connected and reported.reachable:
            assert present, "whose socket answers is present"

    # --- what the server does ---

    @rule(user=users)
    def evict(self, user: str) -> None:
        self.world.voice.evict(user, "membership_removed")
        seated = any(self.user_of(one) == user for one in self.roster_ids())
        self.listen()
        self.runner.run(self.world.voice.close())
        if seated:
            self.latest[user] = None

    @precondition(lambda self: any(self.latest.values()))
    @rule()
    def kill_and_start(self) -> None:
        self.world.clock.advance(0.001)  # a start takes time: no token is as old as one of before
        self.world.restart()
        self.viewer.restart()
        for tabs in self.tabs.values():
            for tab in tabs:
                tab.connected = False

    # --- what everybody relies on ---

    def roster_ids(self) -> set[str]:
        return {one for roster in self.viewer.rosters.values() for one in roster}

    def user_of(self, participant_id: str) -> str:
        for roster in self.viewer.rosters.values():
            if participant_id in roster:
                return roster[participant_id].user_id
        return ""

    def seat_page(self, user: str) -> object:
        seat = self.world.voice._rooms.seat_of(user)
        return seat.endpoint if seat else None

    def holder_lives(self, holder: Tab | None) -> bool:
        return holder is not None and holder.connected and holder.reachable and holder.page.script_alive

    @invariant()
    def the_dispatches_give_the_roster(self) -> None:
        for channel in CHANNELS:
            views = self.world.voice.rooms_of([channel])
            if views:
                assert {one.id: one for one in views[0].participants} == self.viewer.rosters[channel]
                assert views[0].rev == self.viewer.revs[channel]
            else:
                assert self.viewer.rosters[channel] == {}

    @invariant()
    def one_user_has_one_voice(self) -> None:
        listed = [one.user_id for roster in self.viewer.rosters.values() for one in roster.values()]
        assert len(listed) == len(set(listed))

    @invariant()
    def there_are_no_ghosts(self) -> None:
        now = self.world.clock.monotonic()
        grain = 2 * self.world.policy.tick_seconds
        for roster in self.viewer.rosters.values():
            for one in roster.values():
                silent_for = now - self.alive_at[one.user_id]
                vouched = self.vouched_at[one.user_id] > self.alive_at[one.user_id]
                allowed = HEARD_BY_PEERS_SECONDS if vouched else NO_SIGN_OF_LIFE_SECONDS
                assert silent_for <= allowed + grain

    @invariant()
    def who_was_pushed_aside_was_told(self) -> None:
        for user, tabs in self.tabs.items():
            for tab in tabs:
                if tab.page.told(CallSuperseded) and tab.call is not None:
                    told = {notice.participant_id for notice in tab.page.inbox if isinstance(notice, CallSuperseded)}
                    if tab.call.participant_id in told:
                        assert self.latest[user] is not tab
                if tab.page.told(Kicked) and tab.call is not None and self.latest[user] is None:
                    assert tab.call.participant_id not in self.roster_ids()


TestRooms = Rooms.TestCase
TestRooms.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
