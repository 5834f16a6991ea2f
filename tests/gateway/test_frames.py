"""Frames made by hand for speed are the same bytes as frames made by the book."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from cromulent.db import LogRow
from cromulent.gateway.frames import durable_frame, ephemeral_frame, error_frame, frame_of, reply_frame
from cromulent.gateway.protocol import Dispatch, TypingStarted
from cromulent.gateway.socket import PING, text_frame
from cromulent.kernel.errors import NotFound
from cromulent.kernel.ids import new_event_id, new_id

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(payload=st.dictionaries(texts, st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.none())))
def test_a_row_of_the_log_is_framed_as_its_dispatch_would_be(payload: dict[str, object]) -> None:
    text = msgspec.json.encode(payload).decode()
    row = LogRow(7, new_event_id(), f"channel:{new_id()}", 2**40, "message.posted", text)
    dispatch = Dispatch(row.type, msgspec.Raw(text.encode()), row.id, row.feed, row.seq)
    assert durable_frame(row) == frame_of(dispatch)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 1_000_000])
def test_a_text_frame_is_what_the_library_would_send(size: int) -> None:
    payload = b"x" * size
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)


def test_a_ping_is_what_the_library_would_send() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == PING


def test_what_is_of_the_moment_has_no_place_in_the_log() -> None:
    frame = ephemeral_frame("typing.started", TypingStarted("c1", "u1"))
    assert frame == text_frame(b'{"op":"dispatch","t":"typing.started","d":{"channel_id":"c1","user_id":"u1"}}')


def test_a_reply_has_a_result_or_an_error() -> None:
    assert reply_frame(3, {}) == text_frame(b'{"op":"reply","ref":3,"d":{}}')
    refusal = text_frame(b'{"op":"reply","ref":3,"error":{"code":"not_found","message":"Gone.","detail":{"a":"b"}}}')
    assert error_frame(3, NotFound("Gone.", detail={"a": "b"})) == refusal
