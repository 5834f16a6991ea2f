"""A socket without a network: it remembers what it was sent and takes bytes only as fast as the test lets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cromulent.gateway.close_codes import CloseCode

PING = 0x89
TEXT = 0x81


class FakeSocket:
    """What `Connection` writes to. While `stalled`, everything written stays unsent."""

    def __init__(self, *, heard_at: float = 0.0) -> None:
        self.open = True
        self.heard_at = heard_at
        self.stalled = False
        self.code: CloseCode | None = None
        self.reason = ""
        self.writes = 0
        self._taken = bytearray()
        self._unsent = bytearray()
        self._drained = asyncio.Event()
        self._written = asyncio.Event()
        self._listener: Callable[[], None] = lambda: None

    def write(self, frames: bytes) -> None:
        """Take bytes, or keep them waiting; nothing is taken after the close, as by the real one."""
        if self.open:
            self.writes += 1
            was_congested = self.congested
            (self._unsent if self.stalled else self._taken).extend(frames)
            self._written.set()
            if self.congested != was_congested:
                self._listener()

    def tell_of_changes(self, listener: Callable[[], None]) -> None:
        """Have `listener` called when `congested` has changed."""
        self._listener = listener

    @property
    def congested(self) -> bool:
        """Whether anything waits: the high-water mark is 0, so that a test may set its limits as low as it likes."""
        return bool(self._unsent)

    @property
    def wire(self) -> FakeSocket:
        """What frames are put on: here the socket is its own."""
        return self

    def get_write_buffer_size(self) -> int:
        """What waits."""
        return len(self._unsent)

    unsent_bytes = get_write_buffer_size

    async def drained(self) -> None:
        """Wait until nothing waits, or the socket is closed."""
        while self.open and self._unsent:
            self._drained.clear()
            await self._drained.wait()

    def close(self, code: int, reason: str) -> None:
        """Remember the close; only the first one counts."""
        if self.open:
            self.open = False
            self._drained.set()
            self.code, self.reason = CloseCode(code), reason

    async def wait_for_bytes(self, count: int) -> None:
        """Return when at least `count` bytes wait; the test's deadline is that of the run."""
        while len(self._unsent) < count:
            self._written.clear()
            await self._written.wait()

    def take_all(self) -> None:
        """The peer takes what waits, and goes on taking."""
        self.stalled = False
        self._taken += self._unsent
        self._unsent.clear()
        self._drained.set()
        self._listener()

    def hang_up(self) -> None:
        """The peer is gone without a word."""
        self.open = False
        self._drained.set()

    @property
    def sent(self) -> bytes:
        """All bytes the peer has taken."""
        return bytes(self._taken)

    def messages(self) -> list[dict[str, Any]]:
        """The text messages the peer has taken, decoded."""
        return [msgspec.json.decode(payload) for opcode, payload in frames_of(self.sent) if opcode == TEXT]

    def dispatches(self) -> list[dict[str, Any]]:
        """The dispatches among them."""
        return [message for message in self.messages() if message["op"] == "dispatch"]

    def durable(self) -> list[tuple[str, int]]:
        """Feed and seq of every durable dispatch, in order."""
        return [(message["feed"], message["seq"]) for message in self.dispatches() if "seq" in message]

    def replies(self) -> list[dict[str, Any]]:
        """The replies among them."""
        return [message for message in self.messages() if message["op"] == "reply"]

    def pings(self) -> int:
        """How often it was pinged."""
        return sum(opcode == PING for opcode, _ in frames_of(self.sent))


def frames_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """First byte and payload of each unmasked frame (RFC 6455 §5.2); fails on anything cut short."""
    at = 0
    while at < len(data):
        first, size, at = data[at], data[at + 1], at + 2
        assert size < 128, "a server's frame is never masked"
        if size == 126:
            size, at = int.from_bytes(data[at : at + 2], "big"), at + 2
        elif size == 127:
            size, at = int.from_bytes(data[at : at + 8], "big"), at + 8
        assert at + size <= len(data), "a frame was cut short"
        yield first, data[at : at + size]
        at += size
