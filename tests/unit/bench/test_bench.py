"""The benchmarks run: each with a handful of connections and messages against a real server, so that none rots."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.figures import Claim, Measured, Section
from bench.native import compile_programs
from bench.processes import share_cores
from bench.report import page_text, section_text
from bench.sitting import TINY, Sitting

IN_A_BROWSER = {"page", "voice-join", "talking", "call-cost"}
NUMBER = re.compile(r"\d")


@pytest.fixture(scope="module")
def sitting(tmp_path_factory: pytest.TempPathFactory) -> Sitting:
    assert shutil.which("cc"), "the benchmarks need a C compiler"
    folder = tmp_path_factory.mktemp("bench")
    return Sitting(folder, compile_programs(folder), share_cores(), TINY)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.browser if name in IN_A_BROWSER else ()) for name in BENCHMARKS]
)
def test_a_benchmark_measures_something(name: str, sitting: Sitting) -> None:
    # A thread of its own: the tests of the page leave their driver's event loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        section = thread.submit(BENCHMARKS[name], sitting).result()
    assert section.rows
    assert all(len(row) == len(section.columns) for row in section.rows)
    assert all(NUMBER.search(cell) for row in section.rows for cell in row[-2:])
    assert section_text(section).startswith(f"## {section.title}")


def test_the_median_speaks_for_the_rounds() -> None:
    assert Measured([3, 1, 2]).shown() == "2 (1–3)"
    assert Measured([1234.5]).shown(1) == "1,234.5"


def test_a_missed_claim_says_so_with_its_cause() -> None:
    assert Claim("speed", 2, 1).cells()[3] == "holds"
    assert Claim("memory", 2, 1, at_most=True, cause="because").cells()[3] == "**missed** because"


def test_the_page_counts_the_claims_that_hold() -> None:
    section = Section("Speed", ("a",), [["1"]], [Claim("speed", 2, 1), Claim("memory", 2, 1, at_most=True)])
    text = page_text([section], [("cores", "2")], 3, datetime(2026, 1, 2, tzinfo=UTC))
    assert "1 of 2 claims hold" in text
    assert "2026-01-02" in text
    assert str(Path.home()) not in text
