"""What the relay gives to one user, to all, and to strangers; what it forgets; what outlives it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from aioice import stun

from cromulent.kernel.rate_limits import Limit
from cromulent.relay import Client, LineLimits, RelayLimits, RelayLines, RestCredentials
from tests.unit.relay.turn_client import TurnClient, World


@pytest.fixture
def world() -> World:
    return World()


def fill(world: World, user: str, ports: range) -> list[int | None]:
    """Allocations of a user from many ports; the error codes."""
    return [world.client(user, port=port).try_to_allocate().error_code for port in ports]


def test_a_user_has_a_quota_and_so_have_all() -> None:
    world = World(RelayLimits(allocations_per_user=3, allocations=5))
    assert fill(world, "ann", range(1, 5)) == [None] * 3 + [486]
    assert fill(world, "ben", range(11, 14)) == [None] * 2 + [508]
    world.clock.advance(600)
    world.relay.tick()
    assert world.relay.allocations == 0
    assert fill(world, "ben", range(11, 14)) == [None] * 3


def test_whose_browser_crashed_comes_back_in_the_place_of_what_is_silent() -> None:
    world = World(RelayLimits(allocations_per_user=3, allocations=5))
    crashed = [world.client("ann", port=port) for port in (1, 2)]
    alive = world.client("ann", port=3)
    for one in (*crashed, alive):
        one.allocate()
        world.clock.advance(1)
    assert world.client("ann", port=4).try_to_allocate().error_code == 486
    world.clock.advance(9)
    alive.say_in_channel(b"sound", 0x4000)
    assert fill(world, "ann", range(4, 6)) == [None, None]
    assert [world.relay.holds(one.client) for one in (*crashed, alive)] == [False, False, True]
    assert world.relay.counts.displaced == 2
    assert crashed[0].refresh() == 437
    assert fill(world, "ann", range(6, 7)) == [486]


def test_a_quota_takes_nothing_from_others_and_forgets_no_room() -> None:
    world = World(RelayLimits(allocations_per_user=1))
    ann, ben = world.pair()
    world.clock.advance(10)
    again = world.client("ann", port=4003)
    again.allocate()
    assert again.permit() is None
    assert [world.relay.holds(one.client) for one in (ann, again, ben)] == [False, True, True]
    assert again.say(b"sound", ben.port)
    world.seat("ann", "attic")
    assert again.say(b"sound", ben.port) == []


def test_who_is_in_no_room_when_the_only_allocation_is_replaced_is_seated_still() -> None:
    world = World(RelayLimits(allocations_per_user=1))
    _, ben = world.pair(rooms=(None, "lounge"))
    world.clock.advance(10)
    again = world.client("ann", port=4003)
    again.allocate()
    assert again.permit() is None
    world.seat("ann", "lounge")
    assert again.say(b"sound", ben.port)


def test_what_happens_is_counted(world: World) -> None:
    ann, ben = world.pair()
    assert ann.bind(0x4000, ben.port) is None
    ann.say(b"sound", ben.port)
    ann.say_in_channel(b"sounds", 0x4000)
    world.seat("ben", None)
    ann.say(b"sound", ben.port)
    asked = replace(ann, client=Client("udp", ("198.51.100.1", 1)), nonce=b"")
    for _ in range(11):
        ask_unsigned(asked)
    assert asdict(world.relay.counts) == {
        "granted": 5,
        "refused": 12,
        "withheld": 1,
        "delivered": 2,
        "delivered_bytes": 11,
        "dropped": 1,
        "late": 0,
        "displaced": 0,
    }


def test_an_allocation_has_so_many_channels() -> None:
    world = World(RelayLimits(channels_per_allocation=2))
    ann, _ = world.pair()
    assert [ann.bind(0x4000 + n, 50000 + n) for n in range(3)] == [None, None, 508]
    assert ann.bind(0x4000, 50000) is None


def test_a_user_sends_so_many_packets_and_takes_nothing_from_others() -> None:
    world = World(RelayLimits(packets_per_user=Limit(10, 1.0)))
    ann, ben = world.pair()
    assert [len(ann.say(b"flood", ben.port)) for _ in range(12)] == [1] * 10 + [0] * 2
    assert ben.say(b"sound", ann.port)
    world.clock.advance(1)
    assert ann.say(b"sound", ben.port)


def ask_unsigned(client: TurnClient) -> bool:
    return client.ask(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24}, signed=False) is not None


def test_a_stranger_is_answered_ten_times_a_second_wherever_the_questions_come_from(world: World) -> None:
    strangers = [world.client("ann", port=port) for port in range(1, 16)]
    assert [ask_unsigned(one) for one in strangers] == [True] * 10 + [False] * 5
    assert ask_unsigned(world.client("ann", host="192.0.2.8"))
    world.clock.advance(0.1)
    assert [ask_unsigned(one) for one in strangers[:2]] == [True, False]
    assert world.relay.counts.withheld == 6


def test_a_whole_64_of_ipv6_is_one_stranger(world: World) -> None:
    answered = [ask_unsigned(world.client("ann", host=f"2001:db8::{n:x}")) for n in range(12)]
    assert answered == [True] * 10 + [False] * 2


def test_where_somebody_has_proved_to_be_more_is_answered(world: World) -> None:
    world.client("ann").allocate()
    assert all(ask_unsigned(world.client("ben", port=port)) for port in range(5000, 5100))
    by_tcp = [replace(world.client("ben"), client=Client("tcp", ("198.51.100.8", port))) for port in range(1, 50)]
    assert all(map(ask_unsigned, by_tcp))


def test_memory_is_given_back(world: World) -> None:
    for number in range(50):
        client = world.client(f"user {number}", port=1000 + number)
        world.seat(f"user {number}", "lounge")
        if number % 10 == 0:
            world.clock.advance(1)
        client.allocate()
    for number in range(50):
        world.seat(f"user {number}", None)
    world.clock.advance(601)
    world.relay.tick()
    allocations = world.relay._allocations
    assert (len(allocations), allocations._owners, allocations._by_port, dict(allocations._hosts)) == (0, {}, {}, {})


def test_a_connection_that_closes_gives_back_what_it_held(world: World) -> None:
    ann = world.client("ann")
    ann.allocate()
    world.relay.close(ann.client)
    assert world.relay.allocations == 0
    world.relay.close(ann.client)


def test_the_secret_of_an_instance_is_the_same_after_a_restart_and_another_for_each() -> None:
    first, again, other = (RestCredentials.of_instance(key).secret for key in (b"1" * 32, b"1" * 32, b"2" * 32))
    assert first == again != other
    assert first != b"1" * 32


def test_credentials_of_before_a_restart_go_on_being_good() -> None:
    world = World()
    ann = world.client("ann")
    ann.allocate()
    restarted = World()
    restarted.clock.advance(timedelta(minutes=1).total_seconds())
    ann.world = restarted
    assert ann.refresh() == 437
    ann.allocate()


def test_streams_count_from_their_first_moment_for_their_address_and_for_all(world: World) -> None:
    lines = RelayLines(world.relay, world.clock, LineLimits(streams=4, streams_per_address=2))
    ann, her_neighbour, ben = "2001:db8:0:1::a", "2001:db8:0:1::b", "192.0.2.7"
    assert [lines.admit(host) for host in (ann, her_neighbour, ann)] == [True, True, False]
    assert [lines.admit(host) for host in (ben, ben, "192.0.2.8")] == [True, True, False]
    lines.dismiss(her_neighbour)
    assert [lines.admit(host) for host in ("192.0.2.8", ann)] == [True, False]
