"""The schema and the client's types are what the generator would write now."""

from __future__ import annotations

import importlib.util
import json
import re
from types import ModuleType

import pytest

from cromulent.gateway import protocol
from cromulent.gateway.close_codes import CloseCode
from tests.architecture.tree import ROOT


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """`protocol/generate.py`, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "protocol" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_is_fresh(generate: ModuleType) -> None:
    assert generate.SCHEMA.read_text() == generate.schema_text(), "run bin/protocol"


def test_the_clients_types_are_fresh(generate: ModuleType) -> None:
    assert generate.TYPES.read_text() == generate.types_text(), "run bin/protocol"


def test_both_know_every_struct_of_the_wire(generate: ModuleType) -> None:
    names = {struct.__name__ for struct in generate.structs()}
    assert {"Hello", "Identify", "Message", "VoiceJoined", "MessagePosted"} <= names
    assert set(json.loads(generate.schema_text())["$defs"]) == names
    declared = set(re.findall(r"^export (?:interface|type) (\w+)", generate.types_text(), re.MULTILINE))
    assert declared == names | {"ClientFrame", "ServerFrame", "Dispatches"}
    assert f"export const PROTOCOL = {protocol.PROTOCOL};" in generate.types_text()


def test_a_change_of_a_struct_shows(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hello(protocol.Struct, frozen=True, tag="hello", tag_field="op"):
        """Planted: the protocol's number is a text here."""

        protocol: str

    changed = [Hello if struct is protocol.Hello else struct for struct in generate.structs()]
    monkeypatch.setattr(generate, "structs", lambda: changed)
    assert generate.schema_text() != generate.SCHEMA.read_text()
    assert generate.types_text() != generate.TYPES.read_text()


def test_the_client_knows_the_same_close_codes() -> None:
    source = (ROOT / "web" / "src" / "core" / "close_codes.ts").read_text()
    rows = re.findall(r"(\d{4}): \{ name: '(\w+)', reconnect: (\w+), resume: (\w+) \}", source)
    expected = {
        (str(int(code)), code.name.lower(), str(code.may_reconnect).lower(), str(code.may_resume).lower())
        for code in CloseCode
    }
    assert set(rows) == expected
