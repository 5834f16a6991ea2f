"""What a visitor's browser must fetch before the page stands: at most 90 kB of scripts and 12 kB of styles, compressed."""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import pytest

from tests.architecture.tree import PYTHON_SOURCES

BUILT = PYTHON_SOURCES / "web" / "static"
KILOBYTE = 1000
LIMITS = {".js": 90 * KILOBYTE, ".css": 12 * KILOBYTE}
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\./[^"']+)["']""")


def first_load(built: Path) -> dict[str, int]:
    """Bytes after gzip by suffix: what the page names, and everything that imports without being asked later."""
    named = re.findall(r'(?:src|href)="/?([^"]+\.(?:js|css))"', (built / "index.html").read_text())
    waiting = [built / name for name in named]
    sizes = dict.fromkeys(LIMITS, 0)
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        content = path.read_bytes()
        sizes[path.suffix] += len(gzip.compress(content, 9, mtime=0))
        waiting += [path.parent / name for name in STATIC_IMPORT.findall(content.decode())]
    return sizes


def too_much(sizes: dict[str, int]) -> list[str]:
    return [f"{suffix}: {size} bytes" for suffix, size in sizes.items() if size > LIMITS[suffix]]


def test_the_first_load_is_small() -> None:
    assert (BUILT / "index.html").is_file(), "the client is not built: run bin/setup"
    sizes = first_load(BUILT)
    assert sizes[".js"] > KILOBYTE
    assert too_much(sizes) == []


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A built page with one script, one style, and a script that is loaded later."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text('<script src="/assets/a.js"></script><link href="/assets/a.css">')
    (assets / "a.js").write_text('import{x}from"./b.js";const later=()=>import("./c.js")')
    for name in ("a.css", "b.js", "c.js"):
        (assets / name).write_text("1")
    return tmp_path


def incompressible(count: int) -> str:
    return "".join(random.Random(1).choices("0123456789abcdef", k=2 * count))


@pytest.mark.parametrize(("name", "kilobytes", "findings"), [("b.js", 95, 1), ("a.css", 14, 1), ("c.js", 500, 0)])
def test_a_planted_excess_is_found(planted: Path, name: str, kilobytes: int, findings: int) -> None:
    assert too_much(first_load(planted)) == []
    (planted / "assets" / name).write_text(incompressible(kilobytes * KILOBYTE))
    assert len(too_much(first_load(planted))) == findings
