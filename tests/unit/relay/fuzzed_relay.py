"""A relay that is driven by arbitrary bytes: whatever they say, nothing is raised, nothing overflows, nothing goes where it may not."""

from __future__ import annotations

import asyncio
import struct
from typing import cast

from aioice import stun

from cromulent.relay import RELAYED_ADDRESS, Client, LineLimits, RelayDatagrams, RelayLimits, RelayLines, RelayStream
from cromulent.relay.allocations import Allocation
from cromulent.relay.attributes import with_attribute, with_fingerprint, with_integrity
from cromulent.relay.policy import MAX_MESSAGE_BYTES
from tests.unit.relay.turn_client import TurnClient, World

LIMITS = RelayLimits(allocations_per_user=2, allocations=5, channels_per_allocation=4)
LINE_LIMITS = LineLimits(streams=3, streams_per_address=2)
STRANGER = Client("udp", ("203.0.113.9", 999))
METHODS = (
    stun.Method.ALLOCATE,
    stun.Method.ALLOCATE,
    stun.Method.ALLOCATE,
    stun.Method.REFRESH,
    stun.Method.CREATE_PERMISSION,
    stun.Method.CHANNEL_BIND,
    stun.Method.SEND,
    stun.Method.DATA,
    stun.Method.BINDING,
)
KINDS = (0x06, 0x08, 0x0C, 0x0D, 0x12, 0x13, 0x14, 0x15, 0x17, 0x18, 0x19, 0x1A, 0x1C, 0x22, 0x24, 0x8022, 0x8028)
_TRANSPORT = struct.pack("!HHI", 0x19, 4, 17 << 24)
OUTLIVES_EVERYTHING = 30 * 86400.0


class Script:
    """Bytes as a source of choices; 0 for ever when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_over(self) -> bool:
        return self._at >= len(self._data)

    def number(self, below: int) -> int:
        """From 0 up to, without, `below`."""
        return int.from_bytes(self.take(2 if below > 256 else 1), "big") % below

    def take(self, count: int) -> bytes:
        """The next bytes; fewer at the end."""
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken

    def some(self) -> bytes:
        """A few bytes, mostly: how many is in them too."""
        return self.take(self.number(32) if self.number(64) else self.number(MAX_MESSAGE_BYTES + 100))


class Wire:
    """The far end of a stream or a socket: what was sent, and whether the line was cut."""

    def __init__(self, peer: tuple[str, int]) -> None:
        self.peer = peer
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.waiting = 0
        self.is_cut = False

    def get_extra_info(self, name: str) -> tuple[str, int] | None:
        """`peername`."""
        return self.peer if name == "peername" else None

    def get_write_buffer_size(self) -> int:
        """As much as the script says."""
        return self.waiting

    def write(self, data: bytes) -> None:
        """To the peer of a stream."""
        self.sent.append((data, self.peer))

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        """From a socket to somebody."""
        self.sent.append((data, address))

    def is_closing(self) -> bool:
        """Whether it was cut."""
        return self.is_cut

    def abort(self) -> None:
        """Cut it."""
        self.is_cut = True


class FuzzedRelay:
    """Ann and Ben in a room, somebody else in none, a stranger; sockets and streams without a network."""

    def __init__(self) -> None:
        self.world = World(LIMITS)
        self.ann, self.ben = self.world.pair()
        self.eve = self.world.client("eve", host="198.51.100.3", port=5003)
        self.eve.learn_nonce()
        for one, other in ((self.ann, self.ben), (self.ben, self.ann)):
            assert one.bind(0x4000, other.port) is None
        self.lines = RelayLines(self.world.relay, self.world.clock, LINE_LIMITS)
        self.socket = Wire(("", 0))
        self.datagrams = RelayDatagrams(self.lines, ipv6=False)
        self.datagrams.connection_made(cast("asyncio.DatagramTransport", self.socket))
        self.streams: list[tuple[RelayStream, Wire]] = []

    def follow(self, data: bytes) -> None:
        """Do what the bytes say, looking after every step; and give everything back at the end."""
        script = Script(data)
        steps = (
            *(self._datagram, self._signed, self._signed, self._signed, self._said, self._said, self._unsigned),
            *(self._stream, self._streamed, self._time, self._seat),
        )
        while not script.is_over:
            steps[script.number(len(steps))](script)
            self.check()
        self._end()

    def check(self) -> None:
        """What must hold at every moment. Raises AssertionError."""
        held = self.world.relay._allocations
        assert len(held) <= LIMITS.allocations
        assert set(held._by_client.values()) == set(held._by_port.values())
        assert sum(held._hosts.values()) == len(held)
        for allocation in held._by_client.values():
            self._check_one(allocation)
        assert len(self.streams) <= LINE_LIMITS.streams
        for stream, _ in self.streams:
            assert len(stream._buffer) <= MAX_MESSAGE_BYTES

    def _check_one(self, allocation: Allocation) -> None:
        owner = allocation.owner
        assert self.world.relay._allocations._owners[owner.user] is owner
        assert allocation in owner.allocations
        assert len(owner.allocations) <= LIMITS.allocations_per_user
        assert len(allocation.channels) == len(allocation.channel_of_port) <= LIMITS.channels_per_allocation
        for number, channel in allocation.channels.items():
            assert allocation.channel_of_port[channel.port] is channel
            assert (0x4000 <= number <= 0x7FFE, channel.number) == (True, number)

    # --- steps ---

    def _datagram(self, script: Script) -> None:
        self._from_socket(self._sender(script), script.some())

    def _signed(self, script: Script) -> None:
        """A message whose attributes may be anything and whose signature is right, or nearly everything is."""
        client = self._clients()[script.number(3)]
        method, attributes = METHODS[script.number(len(METHODS))], b""
        if method is stun.Method.ALLOCATE and script.number(4):
            attributes = _TRANSPORT
        for _ in range((0, 0, 0, 1, 1, 2, 4)[script.number(7)]):
            attributes += self._attribute(script)
        message_class = stun.Class.INDICATION if script.number(4) == 0 else stun.Class.REQUEST
        sender = client.client if script.number(3) else self._sender(script)
        named = {} if message_class is stun.Class.INDICATION else self._names(client, sender.host)
        message = with_attribute(
            bytes(stun.Message(method, message_class, script.take(12).ljust(12), named)), attributes
        )
        if named:
            message = with_integrity(message, client.key)
        if script.number(2):
            message = with_fingerprint(message)
        self._from_socket(sender, message)

    def _said(self, script: Script) -> None:
        """Channel data, or an indication, that may be right."""
        client, other = ((self.ann, self.ben), (self.ben, self.ann))[script.number(2)]
        payload = script.take(script.number(20))
        if script.number(2):
            data = struct.pack("!HH", 0x4000 + script.number(3) // 2, len(payload)) + payload
        else:
            attributes = {"XOR-PEER-ADDRESS": (RELAYED_ADDRESS, other.port), "DATA": payload}
            data = bytes(stun.Message(stun.Method.SEND, stun.Class.INDICATION, b"i" * 12, attributes))
        self._from_socket(client.client, data)

    def _unsigned(self, script: Script) -> None:
        """Requests without a name, as everybody sends one first."""
        data = bytes(stun.Message(METHODS[script.number(len(METHODS))], stun.Class.REQUEST, b"u" * 12))
        for _ in range(script.number(16)):
            self._from_socket(STRANGER, data)

    def _attribute(self, script: Script) -> bytes:
        """One of those a relay reads with a value that may be right, or with any value."""
        kind = KINDS[script.number(len(KINDS))]
        lifetime = struct.pack("!I", script.number(4000))
        peer = stun.pack_xor_address(
            (RELAYED_ADDRESS, (self.ann.port, self.ben.port, 49152)[script.number(3)]), bytes(12)
        )
        right = {
            0x19: _TRANSPORT[4:],
            0x0D: lifetime,
            0x12: peer,
            0x0C: struct.pack("!HH", 0x4000 + script.number(8), 0),
        }
        value = right.get(kind, b"") if script.number(3) else script.take(script.number(40))
        return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)

    def _stream(self, script: Script) -> None:
        """Somebody connects, or hangs up."""
        if script.number(2) and self.streams:
            stream, _ = self.streams.pop(script.number(len(self.streams)))
            stream.connection_lost(None)
            return
        host = ("192.0.2.7", "198.51.100.3")[script.number(2)]
        if self.lines.admit(host):
            stream, wire = RelayStream(self.lines, host), Wire((host, 6000 + script.number(4)))
            if any(other.peer == wire.peer for _, other in self.streams):
                self.lines.dismiss(host)
                return
            stream.connection_made(cast("asyncio.Transport", wire))
            self.streams.append((stream, wire))

    def _streamed(self, script: Script) -> None:
        """Bytes on a stream: anything, or a whole request."""
        if not self.streams:
            return
        stream, wire = self.streams[script.number(len(self.streams))]
        wire.waiting = 100_000 if script.number(8) == 0 else 0
        if script.number(2):
            self.eve.nonce = self.world.relay._authentication.nonces.make(wire.peer[0])
            data = self.eve.request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24}) + script.some()
        else:
            data = script.some()
        stream.data_received(data)
        if wire.is_cut:
            self.streams.remove((stream, wire))
            stream.connection_lost(None)
        self._check_sent(wire, {wire.peer})

    def _time(self, script: Script) -> None:
        self.world.clock.advance((0.0, 0.0, 0.0, 0.1, 0.1, 1.0, 11.0, 299.0, 601.0, 3601.0)[script.number(10)])
        self.lines.tick()
        self.streams = [(stream, wire) for stream, wire in self.streams if not self._was_cut(stream, wire)]

    def _was_cut(self, stream: RelayStream, wire: Wire) -> bool:
        if wire.is_cut:
            stream.connection_lost(None)
        return wire.is_cut

    def _seat(self, script: Script) -> None:
        self.world.seat(
            ("ann", "ben", "eve")[script.number(3)], ("lounge", "lounge", "lounge", "attic", None)[script.number(5)]
        )

    def _end(self) -> None:
        """Everybody leaves, all expires, and nothing is left."""
        for stream, _ in self.streams:
            stream.connection_lost(None)
        for user in ("ann", "ben", "eve"):
            self.world.seat(user, None)
        self.world.clock.advance(OUTLIVES_EVERYTHING)
        self.lines.tick()
        held = self.world.relay._allocations
        assert (len(held), held._by_port, held._owners, dict(held._hosts)) == (0, {}, {}, {})
        assert (self.lines._streams, dict(self.lines._by_address)) == ({}, {})

    # --- around them ---

    def _clients(self) -> tuple[TurnClient, TurnClient, TurnClient]:
        return self.ann, self.ben, self.eve

    def _sender(self, script: Script) -> Client:
        another = Client("udp", ("192.0.2.7", 7000 + script.number(4)))
        return (self.ann.client, self.ben.client, self.eve.client, STRANGER, another, another)[script.number(6)]

    def _names(self, client: TurnClient, host: str) -> dict[str, object]:
        nonce = self.world.relay._authentication.nonces.make(host)
        return {"USERNAME": client.username, "REALM": "cromulent", "NONCE": nonce}

    def _from_socket(self, sender: Client, data: bytes) -> None:
        """A datagram comes; what goes out because of it goes to who asked, or between two who may, and to a stranger no flood."""
        assert len(sender.address) == 2
        held = {one.client.address for one in self.world.relay._allocations._by_client.values()}
        wires = [self.socket, *(wire for _, wire in self.streams)]
        for wire in wires:
            wire.sent.clear()
        self.datagrams.datagram_received(data, sender.address)
        for wire in wires:
            self._check_sent(wire, held | {sender.address})
        sent = [one for wire in wires for one in wire.sent]
        assert len(sent) <= 1
        assert all(sender.address in held or to == sender.address for _, to in sent)
        assert all(sender.address in held or len(answer) <= len(data) + 100 for answer, _ in sent)

    def _check_sent(self, wire: Wire, allowed: set[tuple[str, int] | tuple[str, int, int, int]]) -> None:
        assert all(to in allowed for _, to in wire.sent)
