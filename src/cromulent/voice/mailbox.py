"""Signals for participants who are not there at the moment but may come back: kept for some seconds, bounded in every way."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from cromulent.kernel.clock import Clock
from cromulent.voice.notices import SignalReceived
from cromulent.voice.policy import SignalPolicy


@dataclass(frozen=True, slots=True)
class _Letter:
    notice: SignalReceived
    size: int
    kept_at: float


class Mailbox:
    """Letters by addressee, the oldest first. What does not fit is dropped: whoever sent it repeats what matters."""

    def __init__(self, policy: SignalPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._waiting: dict[tuple[str, str], deque[_Letter]] = {}
        self._bytes = 0

    def keep(self, notice: SignalReceived, size: int) -> bool:
        """Keep a signal of `size` bytes for its addressee; False when there is no place for it."""
        self._drop_old()
        key = (notice.channel_id, notice.to)
        if not self._has_place_for(key, size):
            return False
        self._waiting.setdefault(key, deque()).append(_Letter(notice, size, self._clock.monotonic()))
        self._bytes += size
        return True

    def take(self, channel_id: str, participant_id: str) -> list[SignalReceived]:
        """What waits for a participant, oldest first; it waits no more."""
        self._drop_old()
        letters = self._waiting.pop((channel_id, participant_id), deque())
        self._bytes -= sum(letter.size for letter in letters)
        return [letter.notice for letter in letters]

    def _has_place_for(self, key: tuple[str, str], size: int) -> bool:
        waiting = self._waiting.get(key)
        if waiting is None and len(self._waiting) >= self._policy.addressees_waited_for:
            return False
        if waiting is not None and len(waiting) >= self._policy.waiting_per_addressee:
            return False
        return self._bytes + size <= self._policy.waiting_bytes

    def _drop_old(self) -> None:
        too_old = self._clock.monotonic() - self._policy.waiting_seconds
        for key, letters in tuple(self._waiting.items()):
            while letters and letters[0].kept_at <= too_old:
                self._bytes -= letters.popleft().size
            if not letters:
                del self._waiting[key]
