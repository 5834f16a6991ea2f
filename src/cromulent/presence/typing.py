"""Who is typing where, and whether others need to hear of it again."""

from __future__ import annotations

from cromulent.kernel.clock import Clock
from cromulent.kernel.rate_limits import RateLimiter
from cromulent.presence.policy import TYPING_LIMIT, TYPING_REPEAT_SECONDS, TYPING_SECONDS


class TypingTracker:
    """Remembers each user's typing for five seconds. Whoever sends more often than others need to know is not passed on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiter = RateLimiter(TYPING_LIMIT, clock)
        self._announced_at: dict[tuple[str, str], float] = {}

    def start(self, user_id: str, channel_id: str) -> bool:
        """A user is typing. True when the channel should be told, False when it knows already or it is too much."""
        self._forget_old()
        key = (user_id, channel_id)
        now = self._clock.monotonic()
        before = self._announced_at.get(key)
        if before is not None and now - before < TYPING_REPEAT_SECONDS:
            return False
        if not self._limiter.take(user_id):
            return False
        self._announced_at.pop(key, None)  # the youngest stand last
        self._announced_at[key] = now
        return True

    def stop(self, user_id: str, channel_id: str) -> None:
        """The message was posted: what is typed next is news again."""
        self._announced_at.pop((user_id, channel_id), None)

    def typing_user_ids(self, channel_id: str) -> list[str]:
        """Who is typing in a channel, the first to begin first."""
        self._forget_old()
        return [user_id for user_id, place in self._announced_at if place == channel_id]

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        while self._announced_at:
            oldest = next(iter(self._announced_at))
            if now - self._announced_at[oldest] < TYPING_SECONDS:
                return
            del self._announced_at[oldest]
