"""A TURN client without a socket, and a relay for it: messages as they travel, on a clock that is moved."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aioice import stun

from cromulent.kernel.clock import FakeClock
from cromulent.relay import REALM, RELAYED_ADDRESS, Client, Lifetimes, Relay, RelayLimits, RestCredentials
from cromulent.relay.attributes import with_attribute, with_fingerprint, with_integrity
from cromulent.relay.authentication import long_term_key

CREDENTIALS = RestCredentials(b"the secret")
_NUMBERS = count(1)


class World:
    """A relay, its clock, and what went out to whom."""

    def __init__(self, limits: RelayLimits | None = None, lifetimes: Lifetimes | None = None) -> None:
        self.clock = FakeClock()
        self.relay = Relay(CREDENTIALS, self.clock, limits=limits, lifetimes=lifetimes, draw=random.Random(1))

    def client(self, user_id: str, host: str = "192.0.2.7", port: int = 4000) -> TurnClient:
        """A client of a user, with credentials made now."""
        username, _ = CREDENTIALS.issue(user_id, self.clock.now())
        return TurnClient(self, Client("udp", (host, port)), username, CREDENTIALS.credential(username))

    def seat(self, user_id: str, room: str | None) -> None:
        """The application says where a user is."""
        self.relay.seat(CREDENTIALS.opaque(user_id), room)

    def pair(self, *, rooms: tuple[str | None, str | None] = ("lounge", "lounge")) -> tuple[TurnClient, TurnClient]:
        """Ann and Ben, each with an allocation and a permission, in these rooms."""
        two = self.client("ann", port=4001), self.client("ben", port=4002)
        for one, name, room in zip(two, ("ann", "ben"), rooms, strict=True):
            self.seat(name, room)
            one.allocate()
            assert one.permit() is None
        return two


@dataclass
class TurnClient:
    """One client. `nonce` is what the relay has given it last; `port` its relayed one."""

    world: World
    client: Client
    username: str
    password: str
    nonce: bytes = b""
    port: int = 0
    extra: bytes = field(default=b"")
    """An attribute to put into the next requests, before the signature."""

    def ask(self, method: stun.Method, attributes: dict[str, Any], *, signed: bool = True) -> stun.Message | None:
        """Send one request; the answer, which must be signed if the request was granted."""
        answers = self.send(self.request(method, attributes, signed=signed))
        if not answers:
            return None
        [(to, data)] = answers
        assert to == self.client
        return stun.parse_message(data)

    def send(self, datagram: bytes) -> list[tuple[Client, bytes]]:
        """Send a datagram; everything the relay sends because of it."""
        return self.world.relay.handle(datagram, self.client)

    def request(self, method: stun.Method, attributes: dict[str, Any], *, signed: bool = True) -> bytes:
        """A request as it travels."""
        transaction_id = next(_NUMBERS).to_bytes(12, "big")
        if signed:
            attributes = {**attributes, "USERNAME": self.username, "REALM": REALM, "NONCE": self.nonce}
        message = bytes(stun.Message(method, stun.Class.REQUEST, transaction_id, attributes))
        message = with_attribute(message, self.extra)
        if signed:
            message = with_integrity(message, self.key)
        return with_fingerprint(message)

    @property
    def key(self) -> bytes:
        return long_term_key(self.username, self.password)

    def learn_nonce(self) -> None:
        """Ask without credentials, as every client does first."""
        answer = self.ask(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24}, signed=False)
        assert answer is not None
        assert (answer.error_code, answer.attributes["REALM"]) == (401, REALM)
        self.nonce = answer.attributes["NONCE"]

    def try_to_allocate(self, **attributes: Any) -> stun.Message:
        """A signed Allocate; the answer, whatever it is."""
        if not self.nonce:
            self.learn_nonce()
        answer = self.ask(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 17 << 24, **attributes})
        assert answer is not None
        assert answer.check_message_integrity(self.key) or answer.error_code in (400, 401, 438)
        return answer

    def allocate(self, **attributes: Any) -> int:
        """An allocation; its lifetime."""
        answer = self.try_to_allocate(**attributes)
        assert answer.error_code is None, answer
        host, self.port = answer.attributes["XOR-RELAYED-ADDRESS"]
        assert host == RELAYED_ADDRESS
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == self.client.address[:2]
        return int(answer.attributes["LIFETIME"])

    def refresh(self, seconds: int | None = None) -> int | None:
        """Refresh; the error code."""
        answer = self.ask(stun.Method.REFRESH, {} if seconds is None else {"LIFETIME": seconds})
        return None if answer is None else answer.error_code

    def permit(self, host: str = RELAYED_ADDRESS, port: int = 9) -> int | None:
        """CreatePermission; the error code."""
        answer = self.ask(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": (host, port)})
        assert answer is not None
        return answer.error_code

    def bind(self, number: int, port: int, host: str = RELAYED_ADDRESS) -> int | None:
        """ChannelBind; the error code."""
        attributes = {"CHANNEL-NUMBER": number, "XOR-PEER-ADDRESS": (host, port)}
        answer = self.ask(stun.Method.CHANNEL_BIND, attributes)
        assert answer is not None
        return answer.error_code

    def say(self, payload: bytes, port: int, host: str = RELAYED_ADDRESS) -> list[tuple[Client, bytes]]:
        """A Send indication to a peer; what goes out because of it."""
        attributes = {"XOR-PEER-ADDRESS": (host, port), "DATA": payload}
        return self.send(bytes(stun.Message(stun.Method.SEND, stun.Class.INDICATION, b"i" * 12, attributes)))

    def say_in_channel(self, payload: bytes, number: int) -> list[tuple[Client, bytes]]:
        """Channel data; what goes out because of it."""
        return self.send(struct.pack("!HH", number, len(payload)) + payload)


def told(outgoing: list[tuple[Client, bytes]]) -> tuple[Client, tuple[str, int], bytes]:
    """The one Data indication that went out: to whom, from which peer, what."""
    [(to, data)] = outgoing
    message = stun.parse_message(data)
    assert (message.message_method, message.message_class) == (stun.Method.DATA, stun.Class.INDICATION)
    return to, message.attributes["XOR-PEER-ADDRESS"], message.attributes["DATA"]
