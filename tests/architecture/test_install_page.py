"""`docs/install.md` names every setting with its default, and every command and option of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec
import typer

from cromulent.cli.app import app
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


class Parameter(Protocol):
    """What is asked of a parameter of the command line, whichever click made it."""

    @property
    def param_type_name(self) -> str: ...
    @property
    def opts(self) -> list[str]: ...


class Command(Protocol):
    """What is asked of a command."""

    @property
    def params(self) -> Sequence[Parameter]: ...


def commands_of(command: Command, name: str = "cromulent") -> Iterator[tuple[str, Command]]:
    """Every command that does something, with the words that call it."""
    children: dict[str, Command] = getattr(command, "commands", {})
    for child, below in children.items():
        yield from commands_of(below, f"{name} {child}")
    if not children:
        yield name, command


def words_of(command: Command) -> set[str]:
    """The long options of a command."""
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    return {word for option in options for word in option.opts if word.startswith("--")} - {"--help"}


def test_every_command_and_option_is_on_the_page() -> None:
    in_code = {name: words_of(command) for name, command in commands_of(typer.main.get_command(app))}
    documented: dict[str, set[str]] = {}
    for row in rows_of(PAGE, "## Commands and options"):
        command = re.match(r"`(cromulent(?: [a-z-]+)+)", row[0])
        if command:
            documented[command.group(1)] = set()
        documented[list(documented)[-1]] |= set(re.findall(r"`(--[a-z-]+)", row[1]))
    assert documented == in_code


def test_a_planted_command_is_found() -> None:
    planted = typer.Typer()

    @planted.command()
    def serve(name: str, *, host: str = "x", secret_way: bool = False) -> None:
        """Serve."""

    @planted.command()
    def stop() -> None:
        """Stop."""

    assert {name: words_of(command) for name, command in commands_of(typer.main.get_command(planted))} == {
        "cromulent serve": {"--host", "--secret-way"},
        "cromulent stop": set(),
    }
