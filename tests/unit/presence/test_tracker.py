"""Who is online, on a clock that moves when told to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cromulent.kernel.clock import FakeClock
from cromulent.presence import PresenceTracker, tracker
from cromulent.presence.policy import GRACE_SECONDS, SETTLING_SECONDS


class Watcher:
    """A tracker, its clock, and what others are told."""

    def __init__(self, *, settled: bool = True) -> None:
        self.clock = FakeClock()
        self.told: list[tuple[list[str], list[str]]] = []
        self.told_settled: list[list[str]] = []
        self.tracker = PresenceTracker(self.clock, self)
        if settled:
            self.clock.advance(SETTLING_SECONDS)
            self.tracker.tick()

    def changed(self, online: Sequence[str], offline: Sequence[str]) -> None:
        """Remember an announcement."""
        self.told.append((list(online), list(offline)))

    def settled(self, online: Sequence[str]) -> None:
        """Remember the end of settling."""
        self.told_settled.append(list(online))

    def after(self, seconds: float) -> list[tuple[list[str], list[str]]]:
        """What is told while so many whole seconds pass, a tick each."""
        self.told.clear()
        for _ in range(int(seconds)):
            self.clock.advance(1)
            self.tracker.tick()
        return list(self.told)


def test_whoever_connects_is_announced_with_the_next_tick() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_opened("bob")
    assert watcher.told == []
    assert watcher.tracker.online_user_ids() == ["ann", "bob"]
    assert watcher.after(3) == [(["ann", "bob"], [])]


def test_further_connections_are_no_news() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.after(1)
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_closed("ann")
    assert watcher.after(60) == []
    assert watcher.tracker.is_online("ann")


def test_whoever_leaves_is_gone_after_the_grace() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.after(1)
    watcher.tracker.connection_closed("ann")
    assert watcher.after(GRACE_SECONDS - 1) == []
    assert watcher.tracker.online_user_ids() == ["ann"]
    assert watcher.after(1) == [([], ["ann"])]
    assert watcher.tracker.online_user_ids() == []
    assert watcher.after(60) == []


def test_a_short_drop_is_seen_by_nobody() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.after(1)
    for _ in range(5):
        watcher.tracker.connection_closed("ann")
        assert watcher.after(GRACE_SECONDS - 1) == []
        watcher.tracker.connection_opened("ann")
    assert watcher.after(60) == []


def test_the_grace_begins_anew_with_every_drop() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_closed("ann")
    watcher.after(10)
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_closed("ann")
    assert watcher.after(GRACE_SECONDS - 1) == []
    assert watcher.after(1) == [([], ["ann"])]


def test_coming_back_after_having_gone_is_news() -> None:
    watcher = Watcher()
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_closed("ann")
    watcher.after(20)
    watcher.tracker.connection_opened("ann")
    assert watcher.after(1) == [(["ann"], [])]


def test_after_a_start_nobody_is_announced_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "GRACE_SECONDS", 2.0)
    watcher = Watcher(settled=False)
    watcher.tracker.connection_opened("ann")
    watcher.tracker.connection_closed("ann")
    assert watcher.after(SETTLING_SECONDS - 1) == [(["ann"], [])]
    assert watcher.after(1) == [([], ["ann"])]


def test_once_after_a_start_everybody_is_told_who_has_come_back() -> None:
    watcher = Watcher(settled=False)
    watcher.tracker.connection_opened("ann")
    watcher.after(SETTLING_SECONDS - 1)
    watcher.tracker.connection_opened("bob")
    assert watcher.told_settled == []
    assert not watcher.tracker.settled
    assert watcher.after(60) == []
    assert watcher.told_settled == [["ann", "bob"]]
    assert watcher.tracker.settled


def test_presence_settles_even_when_nobody_is_there() -> None:
    watcher = Watcher(settled=False)
    assert watcher.after(60) == []
    assert watcher.told_settled == [[]]


def test_presence_is_unsettled_until_everybody_has_been_told() -> None:
    watcher = Watcher(settled=False)
    watcher.clock.advance(SETTLING_SECONDS + 10)
    assert not watcher.tracker.settled
    watcher.tracker.tick()
    assert watcher.tracker.settled


def test_whoever_left_while_settling_is_listed_until_the_grace_is_over() -> None:
    watcher = Watcher(settled=False)
    watcher.tracker.connection_opened("ann")
    watcher.after(SETTLING_SECONDS - 5)
    watcher.tracker.connection_closed("ann")
    assert watcher.after(GRACE_SECONDS - 1) == []
    assert watcher.told_settled == [["ann"]]
    assert watcher.after(1) == [([], ["ann"])]


def test_whoever_was_only_listed_when_settled_is_announced_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "MAX_ANNOUNCED", 1)
    watcher = Watcher(settled=False)
    crowd = [f"user {number}" for number in range(40)]
    watcher.after(SETTLING_SECONDS - 1)
    for name in crowd:
        watcher.tracker.connection_opened(name)
    assert watcher.after(1) == []
    assert watcher.told_settled == [crowd]
    watcher.tracker.connection_closed(crowd[-1])
    assert watcher.after(GRACE_SECONDS) == [([], [crowd[-1]])]


def test_a_crowd_is_announced_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "MAX_ANNOUNCED", 2)
    watcher = Watcher()
    for name in "abc":
        watcher.tracker.connection_opened(name)
    assert watcher.after(3) == [(["a", "b"], []), (["c"], [])]
    for name in "abc":
        watcher.tracker.connection_closed(name)
    assert watcher.after(30) == [([], ["a", "b"]), ([], ["c"])]


def test_whoever_left_before_being_announced_is_not_announced_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracker, "MAX_ANNOUNCED", 1)
    watcher = Watcher()
    crowd = [f"user {number}" for number in range(30)]
    for name in crowd:
        watcher.tracker.connection_opened(name)
    watcher.tracker.connection_closed(crowd[-1])
    told = watcher.after(60)
    assert told == [([name], []) for name in crowd[:-1]]


def test_a_connection_that_was_never_opened_cannot_close() -> None:
    with pytest.raises(KeyError):
        Watcher().tracker.connection_closed("ann")


# What people do: (who, opens or closes, seconds until then)
DOINGS = st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.sampled_from([0, 1, 5, 14, 15, 16])), max_size=40)


@given(DOINGS)
def test_what_was_told_adds_up_to_who_is_online(doings: list[tuple[str, bool, int]]) -> None:
    watcher = Watcher(settled=False)
    believed: set[str] = set()
    connections: Counter[str] = Counter()

    def listen(seconds: int) -> None:
        for _ in range(seconds):
            announcements = watcher.after(1)
            for everybody in watcher.told_settled:
                believed.clear()
                believed.update(everybody)
            watcher.told_settled.clear()
            for online, offline in announcements:
                assert believed.isdisjoint(online)
                assert believed.issuperset(offline)
                believed.update(online)
                believed.difference_update(offline)
            assert believed >= {name for name, count in connections.items() if count}

    for who, opens, seconds in doings:
        listen(seconds)
        if opens:
            watcher.tracker.connection_opened(who)
            connections[who] += 1
        elif connections[who]:
            watcher.tracker.connection_closed(who)
            connections[who] -= 1
    listen(31)
    assert believed == set(watcher.tracker.online_user_ids()) == {name for name, count in connections.items() if count}
