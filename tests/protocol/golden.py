"""The golden frames of `protocol/vectors/`: exact bytes both sides must read and write."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import msgspec

from cromulent import wire
from cromulent.gateway import payloads, protocol

FOLDER = Path(__file__).resolve().parents[2] / "protocol" / "vectors"


class Vector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One frame. `type` names the struct of the whole frame, `d` that of its `d` where that has a shape of its own."""

    name: str
    direction: str
    type: str
    text: str
    d: str | None = None


def vectors() -> list[Vector]:
    """All of them, by file."""
    decoder = msgspec.json.Decoder(list[Vector])
    return [vector for path in sorted(FOLDER.glob("*.json")) for vector in decoder.decode(path.read_bytes())]


def struct_named(name: str) -> type[msgspec.Struct]:
    """A wire struct by its name. Raises KeyError."""
    return _STRUCTS[name]


def _structs_of(module: ModuleType) -> dict[str, type[msgspec.Struct]]:
    found = inspect.getmembers(module, inspect.isclass)
    return {name: struct for name, struct in found if issubclass(struct, msgspec.Struct)}


_STRUCTS = _structs_of(wire) | _structs_of(protocol) | _structs_of(payloads)
