"""No Python function, file, class or parameter list outgrows its budget; there is no list of exceptions."""

from __future__ import annotations

import pytest

from tests.architecture.budgets import Measure, bad_distribution, beyond_limits
from tests.architecture.python_measures import measures_of
from tests.architecture.tree import PYTHON_SOURCES, ROOT, own_files, shown


def test_every_python_file_keeps_its_budgets() -> None:
    measures = [measure for path in own_files(".py") for measure in measures_of(path.read_text(), shown(path))]
    assert len(measures) > 100
    assert beyond_limits(measures) == []


def test_functions_of_the_server_are_short_taken_together() -> None:
    paths = own_files(".py", below=PYTHON_SOURCES)
    assert bad_distribution([measure for path in paths for measure in measures_of(path.read_text(), shown(path))]) == []


def function_of(lines: int) -> str:
    return "def step():\n" + "    pass\n" * (lines - 1)


@pytest.mark.parametrize(
    ("fits", "too_much"),
    [
        (function_of(60), function_of(61)),
        ("x = 1\n" * 400, "x = 1\n" * 401),
        ("def f(a, b, c, d, e, *, g, h): ...", "def f(a, b, c, d, e, /, g): ..."),
        ("class C:\n def f(self, a, b, c, d, e): ...", "class C:\n def f(self, a, b, c, d, e, g): ..."),
        (
            "class C:\n" + "".join(f"    f{i}: int\n" for i in range(15)),
            "class C:\n" + "".join(f"    f{i}: int\n" for i in range(16)),
        ),
        (
            "class C:\n def f(self):\n" + "".join(f"  self.f{i} = 1\n" for i in range(15)),
            "class C:\n a: int\n def f(self):\n" + "".join(f"  self.f{i} = 1\n" for i in range(15)),
        ),
    ],
)
def test_a_planted_excess_is_found(fits: str, too_much: str) -> None:
    assert beyond_limits(measures_of(fits, "planted.py")) == []
    findings = beyond_limits(measures_of(too_much, "planted.py"))
    assert len(findings) == 1
    assert findings[0].startswith("planted.py")


def test_a_docstring_costs_no_line() -> None:
    source = 'def step():\n    """Says why.\n\n    At length.\n    """\n' + "    pass\n" * 59
    assert beyond_limits(measures_of(source, "planted.py")) == []


@pytest.mark.parametrize(
    ("lengths", "findings"), [([9] * 10, 0), ([10] * 10, 1), ([5] * 8 + [26] * 2, 1), ([26] * 9, 2)]
)
def test_planted_long_functions_are_found_in_the_distribution(lengths: list[int], findings: int) -> None:
    measures = [Measure("function", "planted.py", length) for length in lengths]
    assert len(bad_distribution(measures)) == findings


def test_the_root_is_the_projects() -> None:
    assert (ROOT / "pyproject.toml").is_file()
