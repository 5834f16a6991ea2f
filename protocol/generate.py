"""Makes `protocol/schema.json` and the client's TypeScript types from the wire's structs: those of `cromulent.wire` and the gateway's.

Run it with `bin/protocol` after a change of the protocol; a test fails when the files are not what it would write.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from types import ModuleType

import msgspec
from msgspec import inspect as shapes

from cromulent import wire
from cromulent.gateway import payloads, protocol

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "protocol" / "schema.json"
TYPES = ROOT / "web" / "src" / "core" / "protocol.generated.ts"


def structs() -> list[type[msgspec.Struct]]:
    """Every wire struct, in the order of the source."""
    found = [struct for module in (wire, protocol, payloads) for struct in _structs_of(module)]
    return [struct for struct in found if struct is not protocol.Struct]


def _structs_of(module: ModuleType) -> list[type[msgspec.Struct]]:
    members = (value for _, value in inspect.getmembers(module, inspect.isclass))
    own = [value for value in members if issubclass(value, msgspec.Struct) and value.__module__ == module.__name__]
    return sorted(own, key=lambda value: inspect.getsourcelines(value)[1])


def schema_text() -> str:
    """The JSON schema of all wire structs, indented, so that a change shows as a diff."""
    _, components = msgspec.json.schema_components(structs(), ref_template="#/$defs/{name}")
    return json.dumps({"protocol": protocol.PROTOCOL, "$defs": components}, indent=2, sort_keys=True) + "\n"


def types_text() -> str:
    """TypeScript interfaces with the same names and fields."""
    blocks = [
        "// Generated from the server's protocol by `bin/protocol`. Do not edit.\n",
        f"export const PROTOCOL = {protocol.PROTOCOL};\n",
        *map(_interface, structs()),
        _union("ClientFrame", protocol.ClientFrame),
        _union("ServerFrame", protocol.ServerFrame),
        _dispatches(),
    ]
    return "\n".join(blocks)


def _interface(struct: type[msgspec.Struct]) -> str:
    info = shapes.type_info(struct)
    assert isinstance(info, shapes.StructType)
    comment = f"/** {(struct.__doc__ or '').strip().splitlines()[0]} */"
    lines = [] if info.tag is None else [f"  {info.tag_field}: '{info.tag}';"]
    lines += map(_member, info.fields)
    if not lines:
        return f"{comment}\nexport type {struct.__name__} = Record<string, never>;\n"
    return "\n".join([comment, f"export interface {struct.__name__} {{", *lines, "}", ""])


def _member(member: shapes.Field) -> str:
    """A field; one that may be left out is left out rather than null."""
    if member.required:
        return f"  {member.encode_name}: {_type(member.type)};"
    kept = member.type
    if isinstance(kept, shapes.UnionType):
        kept = shapes.UnionType(tuple(one for one in kept.types if not isinstance(one, shapes.NoneType)))
    return f"  {member.encode_name}?: {_type(kept)};"


def _dispatches() -> str:
    """Every dispatch by its name, with what it carries."""
    named = payloads.DURABLE | payloads.EPHEMERAL
    lines = [f"  '{name}': {struct.__name__};" for name, struct in named.items()]
    return "\n".join(
        ["/** What each dispatch carries, by its name. */", "export interface Dispatches {", *lines, "}", ""]
    )


def _union(name: str, union: object) -> str:
    members = " | ".join(member.__name__ for member in union.__args__)  # type: ignore[attr-defined] - a union has them
    return f"export type {name} = {members};\n"


def _type(info: shapes.Type) -> str:
    match info:
        case shapes.StrType() | shapes.DateTimeType():
            return "string"
        case shapes.IntType() | shapes.FloatType():
            return "number"
        case shapes.BoolType():
            return "boolean"
        case shapes.NoneType():
            return "null"
        case shapes.LiteralType():
            return " | ".join(f"'{value}'" for value in info.values)
        case shapes.StructType():
            return info.cls.__name__
        case shapes.ListType():
            inner = _type(info.item_type)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case shapes.DictType():
            return f"Record<{_type(info.key_type)}, {_type(info.value_type)}>"
        case shapes.UnionType():
            return " | ".join(_type(member) for member in info.types)
        case _:
            return "unknown"


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text())
    TYPES.write_text(types_text())


if __name__ == "__main__":
    main()
