"""No checker is silenced without the name of the rule and the reason, beside the line it is about."""

from __future__ import annotations

import pytest

from tests.architecture.suppression_rules import unexplained
from tests.architecture.tree import own_files, shown

NO = "# no" + "qa"
TYPE = "# type: ig" + "nore"
LINT = "eslint-dis" + "able"
SVELTE = "svelte-ig" + "nore"


def test_every_suppression_names_its_rule_and_says_why() -> None:
    files = own_files(".py", ".ts", ".js", ".mjs", ".svelte", ".css")
    found = {shown(path): unexplained(path.read_text()) for path in files}
    assert {where: lines for where, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        f"x = 1  {NO}: S104 - browsers ask from anywhere",
        f"x = 1  {TYPE}[arg-type]  # a fake stands in",
        f"// {LINT}-next-line svelte/no-at-html-tags -- rendered by the server",
        f"// Made anew each time.\n// {SVELTE} state_referenced_locally",
        f"<!-- {SVELTE} state_referenced_locally (made anew each time) -->",
        "no quality without noqualm",
    ],
)
def test_what_is_explained_is_allowed(line: str) -> None:
    assert unexplained(line) == []


@pytest.mark.parametrize(
    "line",
    [
        f"x = 1  {NO}",
        f"x = 1  {NO}: S104",
        f"x = 1  {TYPE}",
        f"x = 1  {TYPE}[arg-type]",
        f"/* {LINT} */",
        f"// {LINT}-next-line",
        f"// {LINT}-next-line max-lines",
        f"// {SVELTE} a11y_autofocus",
        "// @ts-" + "ignore because of this",
        "# pyr" + "ight: basic",
        f"let x;\n// {SVELTE} a11y_autofocus",
        f"// Because.\n// {LINT}-next-line",
    ],
)
def test_silence_without_a_reason_is_found(line: str) -> None:
    assert unexplained(line) == [line.splitlines()[-1]]
