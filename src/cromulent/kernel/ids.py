"""Identifiers: UUIDv7 for things that exist, random ones for secrets and cursors."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from base64 import urlsafe_b64encode


class RandomBytes:
    """The system's randomness, fetched in bulk: a call of its own for each id would give up the interpreter's lock every time."""

    def __init__(self, bulk: int = 4096) -> None:
        self._lock = threading.Lock()
        self._bulk = bulk
        self._bytes = b""
        self._used = 0

    def __call__(self, count: int) -> bytes:
        """`count` (at most the bulk) bytes that nobody can foretell, each given out once."""
        with self._lock:
            if self._used + count > len(self._bytes):
                self._bytes, self._used = os.urandom(self._bulk), 0
            self._used += count
            return self._bytes[self._used - count : self._used]


random_bytes = RandomBytes()


class IdGenerator:
    """Makes UUIDv7 strings (RFC 9562 §5.7) that grow strictly within one process.

    The 12 bits after the version hold a counter, so that ids of one millisecond keep their order of making.
    Order of *events* never comes from ids; only voice participants compare them, to settle who came later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def __call__(self) -> str:
        with self._lock:
            ms = max(time.time_ns() // 1_000_000, self._last_ms)
            random = random_bytes(9)
            self._counter = self._counter + 1 if ms == self._last_ms else random[8]
            if self._counter > 0xFFF:
                ms, self._counter = ms + 1, 0
            self._last_ms = ms
            return _assemble(ms, self._counter, int.from_bytes(random[:8]) >> 2)


def _assemble(ms: int, counter: int, tail: int) -> str:
    digits = f"{(ms & (2**48 - 1)) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


new_id = IdGenerator()
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """True for the one spelling of an id this instance makes: lower-case, hyphenated, any UUID version."""
    return _ID.fullmatch(text) is not None


def new_secret() -> str:
    """256 random bits, URL-safe: login tokens, set-up links. Stored only as SHA-256."""
    return secrets.token_urlsafe(32)


def new_event_id() -> str:
    """128 random bits: the cursor a client keeps; nothing can be derived from it."""
    return urlsafe_b64encode(random_bytes(16)).rstrip(b"=").decode()
