"""The relay on a timeline: RFC 8656 as far as it goes, and not one step outside."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from aioice import stun

from cromulent.relay import RELAYED_ADDRESS, Client
from tests.unit.relay.turn_client import CREDENTIALS, World, told


@pytest.fixture
def world() -> World:
    return World()


# --- who may ---


def test_an_allocation_needs_credentials_and_lives_ten_minutes(world: World) -> None:
    ann = world.client("ann")
    assert ann.allocate() == 600
    assert ann.port in range(49152, 65536)
    world.clock.advance(599)
    assert world.relay.holds(ann.client)
    world.clock.advance(1)
    assert not world.relay.holds(ann.client)


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("4102444800:0123456789abcdef0123", None),
        ("0:0123456789abcdef0123", None),
        ("ann", None),
        ("9999999999999:0123456789abcdef0123", None),
        (None, "not the password"),
    ],
    ids=["too far ahead", "expired", "not of ours", "overlong", "wrong"],
)
def test_what_are_no_credentials_of_now_gets_a_401(world: World, username: str | None, password: str | None) -> None:
    ann = world.client("ann")
    ann.username = username or ann.username
    ann.password = password or CREDENTIALS.credential(ann.username)
    assert ann.try_to_allocate().error_code == 401
    assert world.relay.allocations == 0


def test_an_altered_request_gets_a_401(world: World) -> None:
    ann = world.client("ann")
    ann.learn_nonce()
    request = bytearray(ann.request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24, "LIFETIME": 600})[:-8])
    request[2:4] = struct.pack("!H", len(request) - 20)
    request[request.index(struct.pack("!HHI", 0x0D, 4, 600)) + 7] ^= 1
    [(_, answer)] = ann.send(bytes(request))
    assert stun.parse_message(answer).error_code == 401


def test_credentials_count_where_something_is_asked_for_and_not_while_it_lasts(world: World) -> None:
    ann = world.client("ann")
    ann.allocate()
    for _ in range(6 * 60 // 5):
        world.clock.advance(300)
        if ann.refresh() == 438:
            nonce = ann.ask(stun.Method.REFRESH, {})
            assert nonce is not None
            ann.nonce = nonce.attributes["NONCE"]
            assert ann.refresh() is None
    late = replace(ann, client=Client("udp", ("192.0.2.7", 4009)), nonce=b"")
    assert late.try_to_allocate().error_code == 401


def test_a_nonce_expires_after_ten_minutes_and_serves_nobody_else(world: World) -> None:
    ann = world.client("ann")
    ann.allocate(LIFETIME=3600)
    stranger = world.client("ben", host="198.51.100.1")
    stranger.nonce = ann.nonce
    assert stranger.try_to_allocate().error_code == 438
    world.clock.advance(599)
    assert ann.refresh(3600) is None
    world.clock.advance(2)
    stale = ann.ask(stun.Method.REFRESH, {})
    assert stale is not None
    assert stale.error_code == 438
    ann.nonce = stale.attributes["NONCE"]
    assert ann.refresh() is None


def test_a_request_signed_without_a_name_is_a_bad_one(world: World) -> None:
    ann = world.client("ann")
    ann.learn_nonce()
    unsigned = ann.request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24}, signed=False)
    message = stun.parse_message(unsigned)
    message.add_message_integrity(ann.key)
    [(_, answer)] = ann.send(bytes(message))
    assert stun.parse_message(answer).error_code == 400


def test_an_allocation_answers_to_the_name_that_made_it(world: World) -> None:
    ann = world.client("ann")
    ann.allocate()
    username, _ = CREDENTIALS.issue("ben", world.clock.now())
    thief = replace(ann, username=username, password=CREDENTIALS.credential(username))
    assert thief.refresh(0) == 441
    assert world.relay.holds(ann.client)


# --- what is asked for ---


def test_a_repeated_request_gets_the_same_answer_and_another_one_a_437(world: World) -> None:
    ann = world.client("ann")
    ann.learn_nonce()
    request = ann.request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24})
    assert ann.send(request) == ann.send(request)
    assert ann.try_to_allocate().error_code == 437
    assert world.relay.allocations == 1


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        (struct.pack("!HHI", 0x0019, 4, 6 << 24), 442),
        (b"", 400),
        (struct.pack("!HHIHHI", 0x0019, 4, 17 << 24, 0x0017, 4, 2 << 24), 440),
        (struct.pack("!HHIHHI", 0x0019, 4, 17 << 24, 0x0018, 1, 0x80 << 24), 508),
        (struct.pack("!HHIHHQ", 0x0019, 4, 17 << 24, 0x0022, 8, 1), 508),
        (struct.pack("!HHIHH", 0x0019, 4, 17 << 24, 0x001A, 0), 420),
        (struct.pack("!HHIHH", 0x0019, 4, 17 << 24, 0x7FFF, 0), 420),
    ],
    ids=["tcp", "nothing", "IPv6", "two ports", "reserved", "don't fragment", "unknown"],
)
def test_what_this_relay_does_not_give(world: World, attribute: bytes, code: int) -> None:
    ann = world.client("ann")
    ann.learn_nonce()
    ann.extra = attribute
    [(_, raw)] = ann.send(ann.request(stun.Method.ALLOCATE, {}))
    answer = stun.parse_message(raw)
    assert answer.error_code == code
    assert answer.check_message_integrity(ann.key)
    if code == 420:
        assert struct.pack("!HH", 0x000A, 2) + attribute[8:10] in raw
    assert world.relay.allocations == 0


def test_an_even_port_is_even_and_ipv4_may_be_asked_for(world: World) -> None:
    for number in range(20):
        client = world.client("ann", port=5000 + number)
        client.extra = struct.pack("!HHIHHI", 0x0018, 1, 0, 0x0017, 4, 1 << 24)
        client.allocate()
        assert client.port % 2 == 0


@pytest.mark.parametrize(("asked", "given"), [(1, 600), (600, 600), (1800, 1800), (2**32 - 1, 3600)])
def test_the_lifetime_is_neither_too_short_nor_too_long(world: World, asked: int, given: int) -> None:
    assert world.client("ann").allocate(LIFETIME=asked) == given


def test_a_refresh_prolongs_and_a_refresh_of_zero_ends(world: World) -> None:
    ann = world.client("ann")
    ann.allocate()
    world.clock.advance(500)
    assert ann.refresh() is None
    world.clock.advance(500)
    assert world.relay.holds(ann.client)
    nonce = ann.ask(stun.Method.REFRESH, {})
    assert nonce is not None
    ann.nonce = nonce.attributes["NONCE"]
    assert ann.refresh(0) is None
    assert not world.relay.holds(ann.client)
    assert ann.refresh() == 437


# --- nothing outside ---

OUTSIDE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "169.254.169.254",
    "172.17.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.0.9",
    "203.0.113.5",
    "8.8.8.8",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    f"::ffff:{RELAYED_ADDRESS}",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", OUTSIDE)
def test_no_other_address_is_a_peer(world: World, address: str) -> None:
    ann, ben = world.pair()
    assert ann.permit(address) == 403
    assert ann.bind(0x4000, ben.port, address) == 403
    assert ann.say(b"out", ben.port, address) == []
    assert ann.say_in_channel(b"out", 0x4000) == []


@pytest.mark.parametrize("hosts", [(RELAYED_ADDRESS, "10.0.0.1"), ("10.0.0.1", RELAYED_ADDRESS)])
def test_one_address_outside_among_several_spoils_the_permission(world: World, hosts: tuple[str, str]) -> None:
    ann, ben = world.pair()
    world.clock.advance(300)
    assert ben.permit() is None
    for host in hosts:
        value = stun.pack_xor_address((host, 9), b"the same for IPv4")
        ann.extra += struct.pack("!HH", 0x0012, len(value)) + value
    answer = ann.ask(stun.Method.CREATE_PERMISSION, {})
    assert answer is not None
    assert answer.error_code == 403
    assert ann.say(b"out", ben.port) == []


def test_whatever_goes_out_goes_to_a_client(world: World) -> None:
    ann, ben = world.pair()
    assert {to for to, _ in ann.say(b"sound", ben.port)} == {ben.client}
    for port in set(range(0, 65536, 7)) - {ann.port, ben.port}:
        assert ann.say(b"scan", port) == []


# --- packets ---


def test_packets_pass_between_two_in_a_room(world: World) -> None:
    ann, ben = world.pair()
    assert told(ann.say(b"sound", ben.port)) == (ben.client, (RELAYED_ADDRESS, ann.port), b"sound")
    assert ben.bind(0x4001, ann.port) is None
    assert ann.say(b"sound", ben.port) == [(ben.client, struct.pack("!HH", 0x4001, 5) + b"sound")]
    assert ann.bind(0x7FFE, ben.port) is None
    assert ann.say_in_channel(b"", 0x7FFE) == [(ben.client, struct.pack("!HH", 0x4001, 0))]
    assert told(ann.say(b"to myself", ann.port)) == (ann.client, (RELAYED_ADDRESS, ann.port), b"to myself")


@pytest.mark.parametrize("rooms", [("lounge", "attic"), ("lounge", None), (None, "lounge"), (None, None)])
def test_nothing_passes_between_rooms_or_without_one(world: World, rooms: tuple[str | None, str | None]) -> None:
    ann, ben = world.pair(rooms=rooms)
    assert ann.bind(0x4000, ben.port) is None
    assert ann.say(b"sound", ben.port) == []
    assert ann.say_in_channel(b"sound", 0x4000) == []


def test_who_leaves_is_cut_off_at_once_and_who_comes_back_is_not(world: World) -> None:
    ann, ben = world.pair()
    assert ann.say(b"sound", ben.port)
    world.seat("ann", None)
    assert ann.say(b"sound", ben.port) == []
    assert ben.say(b"sound", ann.port) == []
    world.seat("ann", "attic")
    assert ann.say(b"sound", ben.port) == []
    world.seat("ann", "lounge")
    assert ann.say(b"sound", ben.port)


def test_one_reaches_oneself_without_a_room(world: World) -> None:
    left, right = world.client("ann", port=1), world.client("ann", port=2)
    for one in (left, right):
        one.allocate()
        assert one.permit() is None
    assert told(left.say(b"test", right.port))[0] == right.client


def test_both_sides_need_a_permission_and_it_lasts_five_minutes(world: World) -> None:
    ann, ben = world.client("ann", port=1), world.client("ben", port=2)
    for one, user in ((ann, "ann"), (ben, "ben")):
        world.seat(user, "lounge")
        one.allocate()
    assert ann.permit() is None
    assert ann.say(b"sound", ben.port) == []
    assert ben.permit() is None
    assert ann.say(b"sound", ben.port)
    assert ann.bind(0x4000, ben.port) is None
    world.clock.advance(299)
    assert ann.say_in_channel(b"sound", 0x4000)
    world.clock.advance(1)
    assert ann.say_in_channel(b"sound", 0x4000) == []
    assert ann.permit() is None
    assert ann.say_in_channel(b"sound", 0x4000) == []
    assert ben.permit() is None
    assert ann.say_in_channel(b"sound", 0x4000)


def test_a_channel_is_one_peer_for_ten_minutes(world: World) -> None:
    ann, ben = world.pair()
    assert ann.bind(0x4000, ben.port) is None
    assert ann.bind(0x4000, ben.port) is None
    assert ann.bind(0x4000, ben.port - 1) == 400
    assert ann.bind(0x4001, ben.port) == 400
    world.clock.advance(590)
    for one in (ann, ben):
        assert one.refresh() is None
        assert one.permit() is None
    assert ann.say_in_channel(b"sound", 0x4000)
    world.clock.advance(10)
    assert ann.say_in_channel(b"sound", 0x4000) == []


@pytest.mark.parametrize("number", [0, 0x3FFF, 0x7FFF, 0x8000, 0xFFFF])
def test_other_numbers_are_no_channels(world: World, number: int) -> None:
    ann, ben = world.pair()
    assert ann.bind(number, ben.port) == 400


def test_channel_data_that_claims_more_than_there_is_goes_nowhere(world: World) -> None:
    ann, ben = world.pair()
    assert ann.bind(0x4000, ben.port) is None
    assert ann.send(struct.pack("!HH", 0x4000, 6) + b"sound") == []
    padded = ann.send(struct.pack("!HH", 0x4000, 5) + b"sound" + bytes(3))
    assert told(padded)[2] == b"sound"
