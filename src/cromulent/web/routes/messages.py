"""Posting messages and reading what was posted."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from cromulent import wire
from cromulent.accounts import Identity
from cromulent.kernel.paging import seq_page
from cromulent.messages import MAX_HISTORY_PAGE, MessageService
from cromulent.web.body import Body


class PostBody(Body, frozen=True):
    """`nonce` is a UUID the client makes once for each message it means to send, and repeats in every retry."""

    nonce: str
    text: str


class MessageAnswer(msgspec.Struct, frozen=True):
    """A message."""

    message: wire.Message


class HistoryAnswer(msgspec.Struct, frozen=True):
    """Messages ascending by seq, their authors, and the head of the channel's feed they were read at."""

    messages: list[wire.Message]
    users: list[wire.User]
    has_before: bool
    has_after: bool
    seq: int


@post("/channels/{channel_id:str}/messages")
async def post_message(
    channel_id: str, data: PostBody, identity: NamedDependency[Identity], messages: NamedDependency[MessageService]
) -> Response[MessageAnswer]:
    """Post a message; a repeated nonce is answered with the message that is stored."""
    message, created = await messages.post_message(identity.user, channel_id, data.nonce, data.text)
    return Response(MessageAnswer(wire.message_to_wire(message)), status_code=201 if created else 200)


@get("/channels/{channel_id:str}/messages")
async def list_messages(
    channel_id: str,
    identity: NamedDependency[Identity],
    messages: NamedDependency[MessageService],
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = MAX_HISTORY_PAGE,
) -> HistoryAnswer:
    """A page of the history: before, after or around a seq; the newest without any."""
    page = seq_page(before=before, after=after, around=around, limit=limit, maximum=MAX_HISTORY_PAGE)
    found = await messages.history(identity.user, channel_id, page)
    return HistoryAnswer(
        messages=[wire.message_to_wire(message) for message in found.messages],
        users=[wire.user_to_wire(user) for user in found.users],
        has_before=found.has_before,
        has_after=found.has_after,
        seq=found.seq,
    )


ROUTES = (post_message, list_messages)
