"""One STUN Binding request in, one answer out (RFC 8489). Pure, and silent about whatever is not such a request."""

from __future__ import annotations

import struct

from aioice import stun

from cromulent.relay.attributes import (
    FINGERPRINT,
    MESSAGE_INTEGRITY,
    MESSAGE_INTEGRITY_SHA256,
    NONCE,
    REALM,
    USERNAME,
    attributes_of,
    not_understood,
    plain_address,
    unknown_attributes,
    with_attribute,
    with_fingerprint,
)

BINDING_REQUEST = 0x0001
MAX_REQUEST_BYTES = 548
"""What RFC 8489 §6.1 lets a client send where it does not know the path; nobody needs more to ask for an address."""
UNKNOWN_ATTRIBUTE = 420
_UNDERSTOOD = frozenset({USERNAME, MESSAGE_INTEGRITY, REALM, NONCE, MESSAGE_INTEGRITY_SHA256})
"""Credentials nobody asks for here, and so ignored."""

Address = tuple[str, int]


def answer_binding(datagram: bytes, source: Address) -> bytes | None:
    """The answer to a Binding request from `source` (address, port), or None for anything that deserves none.

    Never more than 40 bytes longer than the request, and less than twice as long for one as browsers send it.
    """
    if not _is_binding_request(datagram):
        return None
    attributes = attributes_of(datagram)
    if attributes is None or not _is_sound(datagram):
        return None
    transaction_id = datagram[8:20]
    kinds = [kind for kind, _ in attributes]
    unknown = not_understood(kinds, _UNDERSTOOD)
    answer = _refusal(transaction_id, unknown) if unknown else _success(transaction_id, source)
    return with_fingerprint(answer) if FINGERPRINT in kinds else answer


def _is_binding_request(datagram: bytes) -> bool:
    if not stun.HEADER_LENGTH <= len(datagram) <= MAX_REQUEST_BYTES:
        return False
    kind, length, cookie = struct.unpack_from("!HHI", datagram)
    return (
        kind == BINDING_REQUEST
        and cookie == stun.COOKIE
        and length == len(datagram) - stun.HEADER_LENGTH
        and length % 4 == 0
    )


def _is_sound(datagram: bytes) -> bool:
    """Whether the attributes the library knows can be read, and the fingerprint, if there is one, is right."""
    try:
        stun.parse_message(datagram)
    except (ValueError, struct.error):
        return False
    return True


def _success(transaction_id: bytes, source: Address) -> bytes:
    answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id)
    answer.attributes["XOR-MAPPED-ADDRESS"] = (plain_address(source[0]), source[1])
    return bytes(answer)


def _refusal(transaction_id: bytes, unknown: list[int]) -> bytes:
    """420 with the attributes that are not understood; without a reason phrase, which would only make it longer."""
    answer = stun.Message(stun.Method.BINDING, stun.Class.ERROR, transaction_id)
    answer.attributes["ERROR-CODE"] = (UNKNOWN_ATTRIBUTE, "")
    return with_attribute(bytes(answer), unknown_attributes(unknown))
