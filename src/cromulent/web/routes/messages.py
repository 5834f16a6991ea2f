"""Posting, editing and deleting messages, and reading what was posted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, HTTPRequestEvent, Receive, Scope, Send

from cromulent import wire
from cromulent.accounts import Identity
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.paging import seq_page
from cromulent.messages import MAX_HISTORY_PAGE, MessageService
from cromulent.web.authentication import identify
from cromulent.web.body import Body
from cromulent.web.services import services_of


class PostBody(Body, frozen=True):
    """`nonce` is a UUID the client makes once for each message it means to send, and repeats in every retry."""

    nonce: str
    text: str


class EditBody(Body, frozen=True):
    """The text a message is to have."""

    text: str


class MessageAnswer(msgspec.Struct, frozen=True):
    """A message."""

    message: wire.Message


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(PostBody)
_ANSWERS = {status: ResponseSpec(MessageAnswer, generate_examples=False) for status in (200, 201)}


class HistoryAnswer(msgspec.Struct, frozen=True):
    """Messages ascending by seq, their authors, and the head of the channel's feed they were read at."""

    messages: list[wire.Message]
    users: list[wire.User]
    has_before: bool
    has_after: bool
    seq: int


def express(app: ASGIApp) -> ASGIApp:  # noqa: ARG001 - stood in for
    """Middleware that stands in for the framework's handling of the one hot request; see `docs/decisions/0003-posting.md`.

    It calls `post_message` itself, after the front door's checks and under the same mapping of errors. So it has to do what
    the guard would have done.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        came = cast("Mapping[str, Any]", scope)
        identity = await identify(came)
        request = cast("HTTPRequestEvent", await receive())  # the front door hands the body on in one piece
        response = await post_message.fn(
            scope["path_params"]["channel_id"], _decoded(request["body"]), identity, services_of(came).messages
        )
        await response(scope, receive, send)

    return answer


def _decoded(body: bytes) -> PostBody:
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"The request is not valid: {error}.") from error


@post("/channels/{channel_id:str}/messages", responses=_ANSWERS, middleware=[express])
async def post_message(
    channel_id: FromPath[str],
    data: JSONBody[PostBody],
    identity: NamedDependency[Identity],
    messages: NamedDependency[MessageService],
) -> ASGIResponse:
    """Post a message; a repeated nonce is answered with the message that is stored."""
    message, created = await messages.post_message(identity.user, channel_id, data.nonce, data.text)
    body = _encoder.encode(MessageAnswer(wire.message_to_wire(message)))
    return ASGIResponse(body=body, status_code=201 if created else 200, media_type="application/json")


@patch("/channels/{channel_id:str}/messages/{message_id:str}")
async def edit_message(
    channel_id: FromPath[str],
    message_id: FromPath[str],
    data: JSONBody[EditBody],
    identity: NamedDependency[Identity],
    messages: NamedDependency[MessageService],
) -> MessageAnswer:
    """Give one's own message another text."""
    return MessageAnswer(
        wire.message_to_wire(await messages.edit_message(identity.user, channel_id, message_id, data.text))
    )


@delete("/channels/{channel_id:str}/messages/{message_id:str}", status_code=200)
async def delete_message(
    channel_id: FromPath[str],
    message_id: FromPath[str],
    identity: NamedDependency[Identity],
    messages: NamedDependency[MessageService],
) -> MessageAnswer:
    """Delete one's own message, or as an administrator any; the answer is what is left of it."""
    return MessageAnswer(wire.message_to_wire(await messages.delete_message(identity.user, channel_id, message_id)))


@get("/channels/{channel_id:str}/messages")
async def list_messages(
    channel_id: FromPath[str],
    identity: NamedDependency[Identity],
    messages: NamedDependency[MessageService],
    *,
    before: FromQuery[int | None] = None,
    after: FromQuery[int | None] = None,
    around: FromQuery[int | None] = None,
    limit: FromQuery[int] = MAX_HISTORY_PAGE,
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


ROUTES = (post_message, edit_message, delete_message, list_messages)
