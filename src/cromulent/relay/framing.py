"""Messages on a stream: where one ends and the next begins (RFC 8656 §3.3 and §12.5)."""

from __future__ import annotations

import struct

from aioice import stun

from cromulent.relay.policy import MAX_MESSAGE_BYTES

_HEADER_BYTES = 4


class NotFramed(Exception):
    """What came is neither STUN nor channel data, or too long: nothing after it can be made out."""


def take_frame(buffer: bytearray) -> bytes | None:
    """Take the first whole message out of `buffer`; None while there is none. Raises `NotFramed`."""
    if len(buffer) < _HEADER_BYTES:
        return None
    kind, length = struct.unpack_from("!HH", buffer)
    if kind & 0xC000 == 0x4000:
        end = _HEADER_BYTES + length
        whole = end + stun.padding_length(length)
    elif kind & 0xC000 == 0 and length % 4 == 0:
        end = whole = stun.HEADER_LENGTH + length
    else:
        raise NotFramed
    if whole > MAX_MESSAGE_BYTES:
        raise NotFramed
    if len(buffer) < whole:
        return None
    frame = bytes(buffer[:end])
    del buffer[:whole]
    return frame


def framed(message: bytes) -> bytes:
    """A message as it goes onto a stream: channel data is padded there."""
    return message + bytes(-len(message) % 4)
