"""`docs/install.md` names every setting with its default, and every command and option of the command line."""

from __future__ import annotations

import re

import msgspec

from cromulent.config import ENVIRONMENT, Config
from tests.architecture.document import rows_of
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "install.md").read_text()


def settings_of(struct: msgspec.Struct, prefix: str = "") -> dict[str, str]:
    """Every setting below `struct` by its dotted name, with its default as an operator would write it."""
    found: dict[str, str] = {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, msgspec.Struct):
            found |= settings_of(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = str(value).lower() if isinstance(value, bool) else str(value)
    return found


def span(cell: str) -> str:
    match = re.match(r"`([^`]+)`$", cell)
    return match.group(1) if match else ""


def test_every_setting_is_in_the_table_with_its_default() -> None:
    documented = {span(row[1]): span(row[2]) for row in rows_of(PAGE, "## Settings") if row[1]}
    assert documented == settings_of(Config())


def test_every_variable_is_in_the_table_beside_its_setting() -> None:
    documented = {span(row[0]): span(row[1]) for row in rows_of(PAGE, "## Settings") if row[0]}
    in_code = {name: ".".join(path) for name, path in ENVIRONMENT.items()}
    assert documented == {"CROMULENT_CONFIG": "", **in_code}
