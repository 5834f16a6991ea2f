"""No page points at nothing: links between pages, and our own files named in prose and comments, exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, own_files, shown

LINK = re.compile(r"\]\(([^)\s]+)\)")
# A path below one of our folders as prose names it: `docs/voice.md`, `tests/unit/<domain>` names a pattern and is left out.
NAMED = re.compile(r"`((?:bench|bin|deploy|docs|protocol|requirements|src|tests|web)/[\w./-]+)`")
MADE = {"web/node_modules", "bench/RESULTS.md"}


def broken_links(text: str, page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    targets = [target.split("#")[0] for target in LINK.findall(text) if "://" not in target]
    return [target for target in targets if target and not (page.parent / target).exists()]


def missing_files(text: str, root: Path = ROOT) -> list[str]:
    """Files and folders of the project that a text names and that are neither below the root nor in the package."""
    places = (root, root / "src" / "cromulent")
    return [name for name in NAMED.findall(text) if name not in MADE and not any((p / name).exists() for p in places)]


def test_links_lead_somewhere() -> None:
    found = {shown(page): broken_links(page.read_text(), page) for page in own_files(".md")}
    assert len(found) > 8
    assert {page: links for page, links in found.items() if links} == {}


def test_files_named_in_prose_and_comments_are_there() -> None:
    files = [path for path in own_files(".md", ".py", ".ts", ".svelte") if "tutorials" not in path.parts]
    found = {shown(path): missing_files(path.read_text()) for path in files if path != Path(__file__)}
    assert {where: names for where, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("[a](b.md)", 1),
        ("[a](here.md#part)", 0),
        ("[a](#part)", 0),
        ("![a](pictures/none.png)", 1),
        ("[a](https://x.org/y)", 0),
    ],
)
def test_a_planted_link_is_found(tmp_path: Path, text: str, count: int) -> None:
    (tmp_path / "here.md").touch()
    assert len(broken_links(text, tmp_path / "here.md")) == count


def test_a_planted_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "here.md").touch()
    assert missing_files("see `docs/here.md` and `docs/gone.md`, not `docs/<any>.md`", tmp_path) == ["docs/gone.md"]
