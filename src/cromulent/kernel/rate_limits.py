"""Token buckets: how often somebody may do something."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from cromulent.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` actions per `seconds` on average, `burst` at once (default: `count`)."""

    count: float
    seconds: float
    burst: float = 0.0

    @property
    def capacity(self) -> float:
        return self.burst or self.count


class TokenBucket:
    """One budget. Empty after `limit.capacity` quick takes, full again after `limit.seconds` of rest."""

    __slots__ = ("_at", "_clock", "_limit", "_tokens")

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._tokens = limit.capacity
        self._at = clock.monotonic()

    def take(self, tokens: float = 1.0) -> bool:
        """Take `tokens`; False, and nothing taken, when there are not so many."""
        now = self._clock.monotonic()
        rate = self._limit.count / self._limit.seconds
        self._tokens = min(self._limit.capacity, self._tokens + (now - self._at) * rate)
        self._at = now
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True

    def seconds_until(self, tokens: float = 1.0) -> float:
        """How long until `take(tokens)` would succeed, in seconds."""
        missing = tokens - self._tokens
        return max(0.0, missing * self._limit.seconds / self._limit.count)


class RateLimiter:
    """A bucket per key, the least recently used forgotten beyond `maximum_keys`, so that strangers cannot fill the memory."""

    def __init__(self, limit: Limit, clock: Clock, *, maximum_keys: int = 10_000) -> None:
        self._limit = limit
        self._clock = clock
        self._maximum_keys = maximum_keys
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def bucket(self, key: str) -> TokenBucket:
        """The bucket of `key`, made full when it is new."""
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = TokenBucket(self._limit, self._clock)
            if len(self._buckets) > self._maximum_keys:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return found

    def take(self, key: str) -> bool:
        """Take one token of `key`'s bucket; False when it is empty."""
        return self.bucket(key).take()
