"""Who is typing, on a clock that moves when told to."""

from __future__ import annotations

from cromulent.kernel.clock import FakeClock
from cromulent.presence import TypingTracker


def test_typing_is_told_once_and_again_while_it_goes_on(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    told: list[bool] = []
    for _ in range(10):
        told.append(typing.start("ann", "general"))
        clock.advance(0.5)
    assert told == [True, False, False, False, True, False, False, False, True, False]


def test_typing_ends_after_five_seconds_of_silence(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    typing.start("ann", "general")
    clock.advance(3)
    typing.start("bob", "general")
    assert typing.typing_user_ids("general") == ["ann", "bob"]
    clock.advance(2)
    assert typing.typing_user_ids("general") == ["bob"]
    clock.advance(3)
    assert typing.typing_user_ids("general") == []


def test_going_on_typing_does_not_keep_others_typing(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    typing.start("ann", "general")
    clock.advance(1)
    typing.start("bob", "general")
    clock.advance(2)
    typing.start("ann", "general")
    clock.advance(3.5)
    assert typing.typing_user_ids("general") == ["ann"]


def test_typing_ends_with_the_message_and_may_begin_at_once_again(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    assert typing.start("ann", "general")
    typing.stop("ann", "general")
    assert typing.typing_user_ids("general") == []
    assert typing.start("ann", "general")
    typing.stop("bob", "general")
    assert typing.typing_user_ids("general") == ["ann"]


def test_each_channel_hears_of_its_own(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    assert typing.start("ann", "general")
    assert typing.start("ann", "other")
    assert typing.typing_user_ids("general") == typing.typing_user_ids("other") == ["ann"]
    typing.stop("ann", "other")
    assert typing.typing_user_ids("general") == ["ann"]


def test_whoever_types_everywhere_is_not_passed_on(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    assert sum(typing.start("ann", f"channel {number}") for number in range(100)) == 10
    assert typing.start("bob", "general")
    clock.advance(1)
    assert sum(typing.start("ann", f"channel {number}") for number in range(100, 200)) == 1


def test_nothing_is_remembered_for_long(clock: FakeClock) -> None:
    typing = TypingTracker(clock)
    for number in range(1000):
        typing.start(f"user {number}", "general")
        clock.advance(1)
    assert len(typing.typing_user_ids("general")) <= 5
    assert len(typing._announced_at) <= 5
