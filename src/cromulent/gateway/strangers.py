"""Those who are connected and have not said yet who they are: how many of them one network address may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from cromulent.kernel.errors import RateLimited

RETRY_AFTER_SECONDS = 1.0
"""Identifying oneself takes milliseconds: whoever finds the places taken may soon come again."""


class Strangers:
    """A place is held from the upgrade until `identify` is answered, and by somebody silent until the time for it is over."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._places: Counter[str] = Counter()

    @contextmanager
    def place(self, address: str) -> Generator[None]:
        """Hold a place of an address, in the form `network_of` gives it. Raises `RateLimited` when it has no more."""
        if self._places[address] >= self._per_address:
            raise RateLimited(
                "Too many connections from your network are being opened.", retry_after_seconds=RETRY_AFTER_SECONDS
            )
        self._places[address] += 1
        try:
            yield
        finally:
            self._places[address] -= 1
            if not self._places[address]:
                del self._places[address]
