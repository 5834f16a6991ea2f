"""The attributes of a STUN message, known or not: what aioice's `stun` leaves out of its dictionary."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable

from aioice import stun

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
UNKNOWN_ATTRIBUTES = 0x000A
CHANNEL_NUMBER = 0x000C
LIFETIME = 0x000D
XOR_PEER_ADDRESS = 0x0012
DATA = 0x0013
REALM = 0x0014
NONCE = 0x0015
REQUESTED_ADDRESS_FAMILY = 0x0017
EVEN_PORT = 0x0018
REQUESTED_TRANSPORT = 0x0019
MESSAGE_INTEGRITY_SHA256 = 0x001C
RESERVATION_TOKEN = 0x0022
COMPREHENSION_OPTIONAL = 0x8000
FINGERPRINT = 0x8028

Attribute = tuple[int, bytes]


def attributes_of(message: bytes) -> list[Attribute] | None:
    """All attributes in their order, repeated ones too; None when their lengths do not add up to the message's."""
    found: list[Attribute] = []
    position = stun.HEADER_LENGTH
    while position + 4 <= len(message):
        kind, length = struct.unpack_from("!HH", message, position)
        found.append((kind, message[position + 4 : position + 4 + length]))
        position += 4 + length + stun.padding_length(length)
    return found if position == len(message) else None


def not_understood(kinds: Iterable[int], understood: frozenset[int]) -> list[int]:
    """Those a receiver must understand and does not, each once."""
    return list(dict.fromkeys(kind for kind in kinds if kind < COMPREHENSION_OPTIONAL and kind not in understood))


def unknown_attributes(kinds: list[int]) -> bytes:
    """The attribute that names, in a 420, what was not understood."""
    body = struct.pack(f"!HH{len(kinds)}H", UNKNOWN_ATTRIBUTES, 2 * len(kinds), *kinds)
    return body + bytes(stun.padding_length(len(body)))


def with_attribute(message: bytes, attribute: bytes) -> bytes:
    """A message with one more attribute (header and padding included) at its end."""
    whole = message + attribute
    return stun.set_body_length(whole, len(whole) - stun.HEADER_LENGTH)


def with_integrity(message: bytes, key: bytes) -> bytes:
    """A message signed with the key of long-term credentials (RFC 8489 §14.5)."""
    digest = stun.message_integrity(message, key)
    return with_attribute(message, struct.pack("!HH", MESSAGE_INTEGRITY, len(digest)) + digest)


def with_fingerprint(message: bytes) -> bytes:
    """A message with the check sum that must be its last attribute."""
    return with_attribute(message, struct.pack("!HHI", FINGERPRINT, 4, stun.message_fingerprint(message)))


def plain_address(address: str) -> str:
    """An IPv4 address that came through an IPv6 socket is told as IPv4."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
