"""One STUN Binding request in, one answer out (RFC 8489). Pure, and silent about whatever is not such a request."""

from __future__ import annotations

import ipaddress
import struct

from aioice import stun

BINDING_REQUEST = 0x0001
MAX_REQUEST_BYTES = 548
"""What RFC 8489 §6.1 lets a client send where it does not know the path; nobody needs more to ask for an address."""
FINGERPRINT = 0x8028
UNKNOWN_ATTRIBUTE = 420
_UNKNOWN_ATTRIBUTES = 0x000A
_COMPREHENSION_OPTIONAL = 0x8000
_UNDERSTOOD = frozenset({0x0006, 0x0008, 0x0014, 0x0015, 0x001C})
"""USERNAME, MESSAGE-INTEGRITY, REALM, NONCE, MESSAGE-INTEGRITY-SHA256: credentials nobody here asks for, and so ignored."""

Address = tuple[str, int]


def answer_binding(datagram: bytes, source: Address) -> bytes | None:
    """The answer to a Binding request from `source` (address, port), or None for anything that deserves none.

    Never more than 40 bytes longer than the request, and less than twice as long for one as browsers send it.
    """
    if not _is_binding_request(datagram):
        return None
    attributes = _attribute_types(datagram)
    if attributes is None or not _is_sound(datagram):
        return None
    transaction_id = datagram[8:20]
    unknown = [kind for kind in attributes if kind < _COMPREHENSION_OPTIONAL and kind not in _UNDERSTOOD]
    answer = _refusal(transaction_id, unknown) if unknown else _success(transaction_id, source)
    return _with_fingerprint(answer) if FINGERPRINT in attributes else answer


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


def _attribute_types(datagram: bytes) -> list[int] | None:
    """The types of all attributes, known or not; None when their lengths do not add up."""
    found: list[int] = []
    position = stun.HEADER_LENGTH
    while position < len(datagram):
        kind, length = struct.unpack_from("!HH", datagram, position)
        position += 4 + length + stun.padding_length(length)
        found.append(kind)
    return found if position == len(datagram) else None


def _is_sound(datagram: bytes) -> bool:
    """Whether the attributes the library knows can be read, and the fingerprint, if there is one, is right."""
    try:
        stun.parse_message(datagram)
    except (ValueError, struct.error):
        return False
    return True


def _success(transaction_id: bytes, source: Address) -> bytes:
    answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id)
    answer.attributes["XOR-MAPPED-ADDRESS"] = (_plain(source[0]), source[1])
    return bytes(answer)


def _refusal(transaction_id: bytes, unknown: list[int]) -> bytes:
    """420 with the attributes that are not understood; without a reason phrase, which would only make it longer."""
    answer = stun.Message(stun.Method.BINDING, stun.Class.ERROR, transaction_id)
    answer.attributes["ERROR-CODE"] = (UNKNOWN_ATTRIBUTE, "")
    kinds = list(dict.fromkeys(unknown))
    body = struct.pack(f"!HH{len(kinds)}H", _UNKNOWN_ATTRIBUTES, 2 * len(kinds), *kinds)
    body += bytes(stun.padding_length(len(body)))
    return _with_attribute(bytes(answer), body)


def _with_fingerprint(message: bytes) -> bytes:
    attribute = struct.pack("!HHI", FINGERPRINT, 4, stun.message_fingerprint(message))
    return _with_attribute(message, attribute)


def _with_attribute(message: bytes, attribute: bytes) -> bytes:
    whole = message + attribute
    return stun.set_body_length(whole, len(whole) - stun.HEADER_LENGTH)


def _plain(address: str) -> str:
    """An IPv4 address that came through an IPv6 socket is told as IPv4."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
