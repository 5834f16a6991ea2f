"""`docs/protocol.md` is the contract: what the gateway's code names is there, and nothing else is."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from cromulent.gateway import protocol
from cromulent.gateway.close_codes import CloseCode
from cromulent.kernel.errors import DomainError
from cromulent.web.errors import CODE_OF_STATUS
from tests.architecture.document import fields_in, names_in_code_spans, rows_of, section_text
from tests.architecture.names_in_code import commands, covered, error_codes, wire_names
from tests.architecture.tree import PYTHON_SOURCES, ROOT, own_files

PAGE = (ROOT / "docs" / "protocol.md").read_text()
SOURCES = [path.read_text() for path in own_files(".py", below=PYTHON_SOURCES)]
SPEAKERS = [
    path.read_text()
    for name in ("gateway", "presence", "voice")
    for path in own_files(".py", below=PYTHON_SOURCES / name)
]
DISPATCHES = ("### Durable dispatches and the cursor", "### Ephemeral dispatches")


def spans(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def documented_frames(heading: str) -> dict[str, set[str]]:
    """The ops of a table and the fields it names for each."""
    rows = rows_of(PAGE, heading)
    return {spans(row[0])[0]: {span.split(" ")[0] for span in spans(row[1])} for row in rows}


def frames_in_code(union: object) -> dict[str, set[str]]:
    frames: tuple[type[msgspec.Struct], ...] = get_args(union)
    return {str(frame.__struct_config__.tag): set(frame.__struct_fields__) for frame in frames}


@pytest.mark.parametrize(
    ("heading", "union"),
    [("### Server → client", protocol.ServerFrame), ("### Client → server", protocol.ClientFrame)],
)
def test_the_frames_are_those_of_the_page(heading: str, union: object) -> None:
    assert frames_in_code(union) == documented_frames(heading)


def test_the_commands_are_those_of_the_page_with_their_fields() -> None:
    in_code: dict[str, str] = {}
    for source in SOURCES:
        in_code |= commands(source)
    fields = {name: set(getattr(protocol, shape).__struct_fields__) for name, shape in in_code.items()}
    assert fields == {spans(row[0])[0]: fields_in(row[1]) for row in rows_of(PAGE, "### Commands")}


def test_the_dispatches_are_those_of_the_page() -> None:
    in_code = {name for source in SPEAKERS for name in wire_names(source)}
    documented = {name for heading in DISPATCHES for row in rows_of(PAGE, heading) for name in spans(row[0])}
    in_commands = {spans(row[0])[0] for row in rows_of(PAGE, "### Commands")}
    assert in_code - documented - in_commands == set()
    assert documented - in_code == set()


def test_the_close_codes_are_those_of_the_page() -> None:
    in_code = {
        (str(int(code)), code.name.lower(), "yes" if code.may_reconnect else "no", "yes" if code.may_resume else "no")
        for code in CloseCode
    }
    assert in_code == {(row[0], spans(row[1])[0], row[2], row[3]) for row in rows_of(PAGE, "### Close codes")}


def test_every_error_code_is_on_the_page() -> None:
    in_code = {code for source in SOURCES for code in error_codes(source)} | {
        code for code, _ in CODE_OF_STATUS.values()
    }
    in_code -= {DomainError.code}  # the base of all, which nobody raises
    assert len(in_code) > 10
    documented = names_in_code_spans(section_text(PAGE, "### Error codes of commands"))
    documented |= names_in_code_spans(section_text(PAGE, "### Error codes of HTTP"))
    assert in_code - covered(in_code, documented) == set()
    assert documented - covered(documented, in_code) == set()


def test_reading_a_page_finds_its_names() -> None:
    page = "# A\n\n| x | y |\n|---|---|\n| `op` | `{a, b?, c: [d], e {f}}` or `{g}` |\n\n## B\n`h`\n\n# C\n| `no` |\n"
    assert rows_of(page, "# A") == [["`op`", "`{a, b?, c: [d], e {f}}` or `{g}`"]]
    assert fields_in(rows_of(page, "# A")[0][1]) == {"a", "b", "c", "e"}
    assert names_in_code_spans(section_text(page, "# A")) == {"op", "{a, b?, c: [d], e {f}}", "{g}", "h"}


def test_reading_code_finds_its_names() -> None:
    source = '"""a.docstring"""\nf("room.opened", "websocket.receive", "x.py", "rooms.id", "No.")\nCommandHandler("room.open", Open, g)'
    assert wire_names(source) == {"room.opened", "room.open"}
    assert commands(source) == {"room.open": "Open"}
    assert error_codes('class E:\n    code = "a"\n    code_x = "n"\nraise E(code="b" if x else "c")') == {"a", "b", "c"}
    assert error_codes('raise E(code=f"bad_{field}")\nf("invalid_x")') == {"bad_*", "invalid_x"}
    assert covered({"bad_name", "bad_*", "good"}, {"bad_*"}) == {"bad_name", "bad_*"}
    assert covered({"bad_*"}, {"bad_name"}) == {"bad_*"}
