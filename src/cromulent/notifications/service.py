"""What users say about what they have read."""

from __future__ import annotations

from cromulent.accounts import User
from cromulent.channels import access_channel
from cromulent.db import Database, Unit, channel_feed, user_feed
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import InvalidInput, RateLimited
from cromulent.kernel.rate_limits import Limit, RateLimiter
from cromulent.messages import NotTextChannel
from cromulent.notifications import store
from cromulent.notifications.facts import ReadStateUpdated

MARKS_PER_USER = Limit(120, 60.0)
"""Only the user hears of each, but the log keeps it."""


class NotificationService:
    """Read states, on behalf of their users."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._marks = RateLimiter(MARKS_PER_USER, clock)

    async def mark_read(self, user: User, channel_id: str, seq: int) -> int:
        """Everything up to a seq is read; answers how far that is, which may be farther, and is never beyond the head of the feed.

        Raises `InvalidInput`, `RateLimited`, `NotFound`, `NotTextChannel`.
        """
        if seq < 0:
            raise InvalidInput("A seq is not negative.", detail={"field": "seq"})
        bucket = self._marks.bucket(user.id)
        if not bucket.take():
            raise RateLimited(retry_after_seconds=bucket.seconds_until())
        return await self._database.write(lambda unit: _mark_read(unit, user.id, channel_id, seq))


def _mark_read(unit: Unit, user_id: str, channel_id: str, seq: int) -> int:
    channel = access_channel(unit.connection, user_id, channel_id)
    if channel.kind != "text":
        raise NotTextChannel
    read_seq = min(seq, unit.head_seq(channel_feed(channel.id)))
    if not store.advance_read_state(unit.connection, user_id, channel.id, read_seq):
        return store.get_read_seq(unit.connection, user_id, channel.id)
    unit.record(ReadStateUpdated(user_id, channel.id, read_seq), user_feed(user_id))
    return read_seq
