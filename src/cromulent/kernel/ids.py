"""Identifiers: UUIDv7 for things that exist, random ones for secrets and cursors."""

from __future__ import annotations

import secrets
import threading
import time
import uuid


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
            self._counter = self._counter + 1 if ms == self._last_ms else secrets.randbits(8)
            if self._counter > 0xFFF:
                ms, self._counter = ms + 1, 0
            self._last_ms = ms
            return _assemble(ms, self._counter, secrets.randbits(62))


def _assemble(ms: int, counter: int, tail: int) -> str:
    value = (ms & (2**48 - 1)) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail
    return str(uuid.UUID(int=value))


new_id = IdGenerator()


def is_id(text: str) -> bool:
    """True for the one spelling of an id this instance makes: lower-case, hyphenated, any UUID version."""
    if len(text) != 36:
        return False
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def new_secret() -> str:
    """256 random bits, URL-safe: login tokens, set-up links. Stored only as SHA-256."""
    return secrets.token_urlsafe(32)


def new_event_id() -> str:
    """128 random bits: the cursor a client keeps; nothing can be derived from it."""
    return secrets.token_urlsafe(16)
