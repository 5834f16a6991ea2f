"""Encoding frames: each event and reply once, into bytes that are ready for every transport."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cromulent.db import LogRow
from cromulent.gateway.protocol import CommandError, Dispatch, Hello, Ready, Reconnect, Reply, Resumed
from cromulent.gateway.socket import text_frame
from cromulent.kernel.errors import DomainError

_encoder = msgspec.json.Encoder()


def frame_of(message: Hello | Ready | Resumed | Dispatch | Reply | Reconnect) -> bytes:
    """The WebSocket frame of a server message."""
    return text_frame(_encoder.encode(message))


def durable_frame(row: LogRow) -> bytes:
    """The frame of a row of the log: the same bytes as encoding its `Dispatch`, at a third of the cost.

    Names, feeds and ids are of our own making and need no escaping; the payload is JSON already.
    """
    head = f'{{"op":"dispatch","t":"{row.type}","d":'
    tail = f',"id":"{row.id}","feed":"{row.feed}","seq":{row.seq}}}'
    return text_frame((head + row.payload + tail).encode())


def ephemeral_frame(name: str, payload: object) -> bytes:
    """The frame of a dispatch that leaves no trace in the log."""
    return frame_of(Dispatch(name, msgspec.Raw(_encoder.encode(payload))))


def reply_frame(ref: int, result: object) -> bytes:
    """The frame of a command's success."""
    return frame_of(Reply(ref, result))


def error_frame(ref: int, error: DomainError) -> bytes:
    """The frame of a command's refusal."""
    detail: Mapping[str, str] = error.detail
    return frame_of(Reply(ref, error=CommandError(error.code, error.message, dict(detail) or None)))


def json_text(value: object) -> str:
    """JSON as text, for payloads of the log."""
    return _encoder.encode(value).decode()
