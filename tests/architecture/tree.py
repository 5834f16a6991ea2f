"""The project's own files: what the other checks of this folder look at."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON_SOURCES = ROOT / "src" / "cromulent"
WEB_SOURCES = ROOT / "web" / "src"

# Made by tools, never committed (.gitignore says the same).
NOT_OURS = {
    ".git",
    ".venv",
    "__pycache__",
    "node_modules",
    "static",
    "data",
    "dist",
    "build",
    "coverage",
    "test-results",
}
MADE_BY_TOOLS = ("_cache", ".egg-info", ".hypothesis")
NOT_TEXT = {".png", ".svg", ".ico", ".wav", ".woff2", ".webp", ".mp3"}


def own_files(*suffixes: str, below: Path = ROOT) -> list[Path]:
    """Every text file of the project below a folder, sorted; only those with one of `suffixes` where any are given."""
    found: list[Path] = []
    for folder, folders, names in os.walk(below):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.endswith(MADE_BY_TOOLS)]
        found += [Path(folder, name) for name in names]
    return sorted(
        path
        for path in found
        if path.suffix not in NOT_TEXT and not path.is_symlink() and (not suffixes or path.suffix in suffixes)
    )


def own_folders() -> list[Path]:
    """Every folder that holds a file of the project, relative to the root."""
    parents = {parent for path in own_files() for parent in path.relative_to(ROOT).parents}
    return sorted(parents - {Path()})


def shown(path: Path) -> str:
    """A path as a finding names it."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def package_of(path: Path) -> str:
    """The top-level package or module a file below `src/cromulent` belongs to (`messages`, `config`, ``)."""
    first = path.relative_to(PYTHON_SOURCES).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def module_of(path: Path) -> str:
    """The dotted name of a file below `src`."""
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
