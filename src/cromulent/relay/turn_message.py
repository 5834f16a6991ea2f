"""TURN messages (RFC 8656) in and out. What cannot be read is None, never an exception."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from aioice import stun

from cromulent.relay import attributes as names
from cromulent.relay.attributes import Attribute, attributes_of, not_understood
from cromulent.relay.policy import MAX_MESSAGE_BYTES

UNDERSTOOD = frozenset(
    {
        names.USERNAME,
        names.MESSAGE_INTEGRITY,
        names.CHANNEL_NUMBER,
        names.LIFETIME,
        names.XOR_PEER_ADDRESS,
        names.DATA,
        names.REALM,
        names.NONCE,
        names.REQUESTED_ADDRESS_FAMILY,
        names.EVEN_PORT,
        names.REQUESTED_TRANSPORT,
        names.MESSAGE_INTEGRITY_SHA256,
        names.RESERVATION_TOKEN,
    }
)
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class TurnMessage:
    """A request or an indication. `attributes` ends before MESSAGE-INTEGRITY: nobody vouches for what follows it."""

    message: stun.Message
    attributes: tuple[Attribute, ...]
    signed: bool
    fingerprint: bool

    @property
    def method(self) -> stun.Method:
        return self.message.message_method

    @property
    def transaction_id(self) -> bytes:
        return self.message.transaction_id

    @property
    def unknown(self) -> list[int]:
        """Attributes that one must understand and we do not."""
        return not_understood((kind for kind, _ in self.attributes), UNDERSTOOD)

    def find(self, kind: int) -> bytes | None:
        """The value of the first attribute of a kind (RFC 8489 §14: others are ignored)."""
        return next((value for found, value in self.attributes if found == kind), None)

    def number(self, kind: int) -> int | None:
        """The first four bytes of an attribute as a number; None when there are no four."""
        value = self.find(kind)
        return int.from_bytes(value[:4], "big") if value is not None and len(value) >= 4 else None

    def peers(self) -> list[Address]:
        """Every XOR-PEER-ADDRESS. Raises ValueError when one is none."""
        values = [value for kind, value in self.attributes if kind == names.XOR_PEER_ADDRESS]
        return [stun.unpack_xor_address(value, self.transaction_id) for value in values]

    def is_signed_with(self, key: bytes) -> bool:
        """Whether MESSAGE-INTEGRITY is what this key makes of the message."""
        return self.message.check_message_integrity(key)


def read_message(data: bytes) -> TurnMessage | None:
    """A request or an indication of TURN; None for anything else, and for what is not sound."""
    if not stun.HEADER_LENGTH <= len(data) <= MAX_MESSAGE_BYTES or data[4:8] != stun.COOKIE.to_bytes(4, "big"):
        return None
    found = attributes_of(data)
    if found is None:
        return None
    try:
        message = stun.parse_message(data)
    except (ValueError, struct.error):
        return None
    if message.message_class not in (stun.Class.REQUEST, stun.Class.INDICATION):
        return None
    kinds = [kind for kind, _ in found]
    signed = names.MESSAGE_INTEGRITY in kinds
    vouched = found[: kinds.index(names.MESSAGE_INTEGRITY)] if signed else found
    return TurnMessage(message, tuple(vouched), signed, names.FINGERPRINT in kinds)


def success(request: TurnMessage, attributes: dict[str, object]) -> bytes:
    """The answer to a request that was granted; `attributes` in aioice's words."""
    return bytes(stun.Message(request.method, stun.Class.RESPONSE, request.transaction_id, attributes))


def refusal(request: TurnMessage, code: int, attributes: dict[str, object]) -> bytes:
    """The answer to a request that was not; without a reason phrase, which would only make it longer."""
    told: dict[str, object] = {"ERROR-CODE": (code, ""), **attributes}
    return bytes(stun.Message(request.method, stun.Class.ERROR, request.transaction_id, told))


def sealed(answer: bytes, request: TurnMessage, key: bytes | None) -> bytes:
    """An answer as it goes out: signed where the request was, with a fingerprint where it had one."""
    if key is not None:
        answer = names.with_integrity(answer, key)
    return names.with_fingerprint(answer) if request.fingerprint else answer


def data_indication(peer: Address, payload: bytes, transaction_id: bytes) -> bytes:
    """What a client gets from a peer it has bound no channel to."""
    attributes: dict[str, object] = {"XOR-PEER-ADDRESS": peer, "DATA": payload}
    return bytes(stun.Message(stun.Method.DATA, stun.Class.INDICATION, transaction_id, attributes))
