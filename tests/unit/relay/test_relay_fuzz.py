"""Whatever strangers and members send, the relay raises nothing, stays in its bounds and speaks only to its clients."""

from __future__ import annotations

import random
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields

import pytest
from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st

from cromulent.relay import RELAYED_ADDRESS, Client, RelayCounts, RelayLimits
from cromulent.relay.framing import NotFramed, framed, take_frame
from cromulent.relay.policy import MAX_MESSAGE_BYTES
from tests.unit.relay.fuzzed_relay import FuzzedRelay
from tests.unit.relay.turn_client import TurnClient, World

LIMITS = RelayLimits(allocations_per_user=4, allocations=6, channels_per_allocation=4)
STRANGER = Client("udp", ("203.0.113.9", 999))
METHODS = [
    stun.Method.BINDING,
    stun.Method.ALLOCATE,
    stun.Method.REFRESH,
    stun.Method.SEND,
    stun.Method.CREATE_PERMISSION,
    stun.Method.CHANNEL_BIND,
]
kinds = st.one_of(st.sampled_from([6, 8, 12, 13, 18, 19, 20, 21, 23, 24, 25, 28, 34, 0x8028]), st.integers(0, 0xFFFF))
attributes = st.lists(st.tuples(kinds, st.binary(max_size=40)), max_size=8).map(
    lambda listed: b"".join(
        struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in listed
    )
)
message_types = st.one_of(st.sampled_from([*METHODS, *(0x10 | method for method in METHODS)]), st.integers(0, 0xFFFF))


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("!HHI12s", kind, len(body), stun.COOKIE, b"transaction!") + body


noise = st.one_of(st.binary(max_size=200), st.builds(message, message_types, attributes))


def golden(ann: TurnClient, ben: TurnClient) -> list[bytes]:
    """One of each kind that would be granted."""
    peer = (RELAYED_ADDRESS, ben.port)
    send = stun.Message(
        stun.Method.SEND, stun.Class.INDICATION, b"i" * 12, {"XOR-PEER-ADDRESS": peer, "DATA": b"sound"}
    )
    return [
        ann.request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24}),
        ann.request(stun.Method.REFRESH, {"LIFETIME": 600}),
        ann.request(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": peer}),
        ann.request(stun.Method.CHANNEL_BIND, {"CHANNEL-NUMBER": 0x4000, "XOR-PEER-ADDRESS": peer}),
        bytes(send),
        struct.pack("!HH", 0x4000, 5) + b"sound",
        bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST, b"b" * 12)),
    ]


@st.composite
def mutations(draw: st.DrawFn, whole: bytes) -> bytes:
    """A message with something done to it: bytes changed, cut, doubled, or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["change", "cut", "double", "insert"])):
            case "change" if data:
                data[place] = draw(st.integers(0, 255))
            case "cut":
                del data[place:]
            case "double":
                data += data[place:]
            case _:
                data[place:place] = draw(st.binary(max_size=8))
    return bytes(data)


def check(
    world: World, sender: Client, data: bytes, outgoing: list[tuple[Client, bytes]], members: set[Client]
) -> None:
    """At most one thing goes out; to who asked, or from a member to a member; and to a stranger no flood."""
    assert len(outgoing) <= 1
    for to, answer in outgoing:
        assert to == sender or (sender in members and to in members)
        if to not in members:
            assert len(answer) <= len(data) + 100
    assert world.relay.allocations <= LIMITS.allocations


@settings(max_examples=150, deadline=None)
@given(st.lists(noise, min_size=1, max_size=20))
def test_noise_of_a_stranger_leads_to_little(datagrams: list[bytes]) -> None:
    world = World(LIMITS)
    ann, ben = world.pair()
    answered = 0
    for data in datagrams:
        outgoing = world.relay.handle(data, STRANGER)
        check(world, STRANGER, data, outgoing, {ann.client, ben.client})
        answered += sum(stun.parse_message(raw).message_method is not stun.Method.BINDING for _, raw in outgoing)
    assert answered <= 10
    assert world.relay.allocations == 2


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_nearly_right_harms_nobody(data: st.DataObject) -> None:
    world = World(LIMITS)
    ann, ben = world.pair()
    members = {ann.client, ben.client}
    for _ in range(data.draw(st.integers(1, 10))):
        sender = data.draw(st.sampled_from([ann.client, STRANGER]))
        whole = data.draw(st.sampled_from(golden(ann, ben)))
        sent = data.draw(mutations(whole)) if data.draw(st.booleans()) else whole
        check(world, sender, sent, world.relay.handle(sent, sender), members)
        world.clock.advance(data.draw(st.sampled_from([0.0, 1.0, 299.0, 601.0])))
        world.relay.tick()
        members = {one for one in (ann.client, ben.client, STRANGER) if world.relay.holds(one)} | {
            ann.client,
            ben.client,
        }


def test_the_check_would_find_a_reflected_packet() -> None:
    world = World(LIMITS)
    ann, ben = world.pair()
    for outgoing in ([(STRANGER, b"x")], [(ann.client, b"x")] * 2):
        try:
            check(world, ann.client, b"", outgoing, {ann.client, ben.client})
        except AssertionError:
            continue
        raise RuntimeError("a planted fault was not found")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50), max_size=20))
def test_a_stream_of_anything_is_messages_or_an_end(pieces: list[bytes]) -> None:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        try:
            while (frame := take_frame(buffer)) is not None:
                assert 4 <= len(frame) <= MAX_MESSAGE_BYTES
        except NotFramed:
            return
        assert len(buffer) <= MAX_MESSAGE_BYTES + 50


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5), st.integers(1, 7))
def test_messages_come_out_of_a_stream_as_they_went_in(payloads: list[bytes], size: int) -> None:
    messages = [struct.pack("!HH", 0x4000, len(payload)) + payload for payload in payloads]
    messages.append(bytes(stun.Message(stun.Method.REFRESH, stun.Class.REQUEST, b"t" * 12, {"LIFETIME": 0})))
    stream = b"".join(map(framed, messages))
    buffer, out = bytearray(), list[bytes]()
    for start in range(0, len(stream), size):
        buffer += stream[start : start + size]
        while (frame := take_frame(buffer)) is not None:
            out.append(frame)
    assert (out, buffer) == (messages, b"")


def test_thousands_of_steps_that_bytes_choose_break_nothing_and_lead_somewhere() -> None:
    draw, reached = random.Random(8656), Counter[str]()
    for _ in range(400):
        fuzzed = FuzzedRelay()
        before = Counter(asdict(fuzzed.world.relay.counts))
        fuzzed.follow(draw.randbytes(draw.choice((50, 200, 2000))))
        reached.update(Counter(asdict(fuzzed.world.relay.counts)) - before)
    assert set(reached) == {field.name for field in fields(RelayCounts)}, reached


def break_ports(fuzzed: FuzzedRelay) -> None:
    fuzzed.world.relay._allocations._by_port.clear()


def break_hosts(fuzzed: FuzzedRelay) -> None:
    fuzzed.world.relay._allocations._hosts["192.0.2.99"] += 1


def break_owners(fuzzed: FuzzedRelay) -> None:
    fuzzed.world.relay._allocations._owners.clear()


@pytest.mark.parametrize("fault", [break_ports, break_hosts, break_owners])
def test_tables_that_do_not_agree_are_found(fault: Callable[[FuzzedRelay], None]) -> None:
    fuzzed = FuzzedRelay()
    fuzzed.check()
    fault(fuzzed)
    with pytest.raises((AssertionError, KeyError)):
        fuzzed.check()
