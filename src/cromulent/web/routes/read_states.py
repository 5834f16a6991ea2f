"""What one says one has read."""

from __future__ import annotations

import msgspec
from litestar import put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from cromulent.accounts import Identity
from cromulent.notifications import NotificationService
from cromulent.web.body import Body


class ReadStateBody(Body, frozen=True):
    """The seq up to which everything is read."""

    seq: int


class ReadStateAnswer(msgspec.Struct, frozen=True):
    """How far one has read by now: perhaps farther, on another device."""

    read_seq: int


@put("/channels/{channel_id:str}/read-state")
async def mark_read(
    channel_id: FromPath[str],
    data: JSONBody[ReadStateBody],
    identity: NamedDependency[Identity],
    notifications: NamedDependency[NotificationService],
) -> ReadStateAnswer:
    """Move forward how far one has read a channel."""
    return ReadStateAnswer(await notifications.mark_read(identity.user, channel_id, data.seq))


ROUTES = (mark_read,)
