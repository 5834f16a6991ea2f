"""Golden frames decode, and encode to the same bytes; there is one for everything the protocol can say."""

from __future__ import annotations

import json
from typing import get_args

import msgspec
import pytest

from cromulent.gateway import VoiceCommands, ping_commands, protocol
from cromulent.gateway.command_loop import SIGNAL
from cromulent.gateway.payloads import DURABLE, EPHEMERAL
from cromulent.kernel.json_input import check_json
from tests.architecture.document import names_in_code_spans, section_text
from tests.architecture.tree import ROOT
from tests.protocol.golden import Vector, struct_named, vectors

VECTORS = vectors()
PAGE = (ROOT / "docs" / "protocol.md").read_text()
UNIONS = {"server": protocol.ServerFrame, "client": protocol.ClientFrame}


def names(found: list[Vector]) -> list[str]:
    return [vector.name for vector in found]


def of_type(*types: str) -> list[Vector]:
    return [vector for vector in VECTORS if vector.type in types]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector.type}: {vector.name}")
def test_a_golden_frame_is_read_and_written_to_the_byte(vector: Vector) -> None:
    frame = msgspec.json.decode(vector.text, type=UNIONS[vector.direction])
    assert type(frame).__name__ == vector.type
    assert msgspec.json.encode(frame).decode() == vector.text
    check_json(vector.text)


@pytest.mark.parametrize(
    "vector", [vector for vector in VECTORS if vector.d], ids=lambda vector: f"{vector.type}: {vector.name}"
)
def test_what_a_golden_frame_carries_is_read_and_written_to_the_byte(vector: Vector) -> None:
    assert vector.d is not None
    raw = msgspec.json.encode(json.loads(vector.text)["d"])
    payload = msgspec.json.decode(raw, type=struct_named(vector.d))
    assert msgspec.json.encode(payload) == raw
    assert raw.decode() in vector.text


def test_there_is_a_golden_frame_for_every_op() -> None:
    expected = {frame.__name__ for union in UNIONS.values() for frame in get_args(union)}
    assert {vector.type for vector in VECTORS} == expected


def test_there_is_one_for_every_dispatch_with_its_payload() -> None:
    told = {json.loads(vector.text)["t"]: vector.d for vector in of_type("Dispatch")}
    assert told == {name: struct.__name__ for name, struct in (DURABLE | EPHEMERAL).items()}


def test_durable_dispatches_have_their_place_in_the_log_and_others_have_none() -> None:
    for vector in of_type("Dispatch"):
        frame = json.loads(vector.text)
        durable = frame["t"] in DURABLE
        assert [name in frame for name in ("id", "feed", "seq")] == [durable] * 3


def test_there_is_one_for_every_command_the_server_knows() -> None:
    handlers = VoiceCommands(None, None).handlers() + ping_commands()  # type: ignore[arg-type] - nothing is asked of them
    known = {handler.name: handler.shape.__name__ for handler in handlers} | {"typing.start": "TypingStart"}
    assert {json.loads(vector.text)["t"]: vector.d for vector in of_type("Command")} == known
    assert SIGNAL in known


def test_there_is_one_for_every_error_of_the_page() -> None:
    told = {json.loads(vector.text).get("error", {}).get("code") for vector in of_type("Reply")}
    assert told - {None} == names_in_code_spans(section_text(PAGE, "### Error codes of commands"))


def test_the_names_are_unique_within_a_kind() -> None:
    keys = [(vector.direction, vector.type, vector.name) for vector in VECTORS]
    assert len(set(keys)) == len(keys)
    assert len(names(VECTORS)) > 60
