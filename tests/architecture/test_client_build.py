"""The build hook builds the client when its sources have changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_build import STAMP, STATIC, digest_of_sources, ensure_client


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose client is built from its sources as they are; its build script cannot succeed."""
    files = {
        "web/package.json": '{"scripts": {"build": "false"}}',
        "web/package-lock.json": "broken",
        "web/src/main.ts": "one",
        "web/tests/main.test.ts": "one",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    static = tmp_path / STATIC
    static.mkdir(parents=True)
    (static / "index.html").touch()
    (static / STAMP).write_text(digest_of_sources(tmp_path / "web"))
    return tmp_path


def test_what_is_fresh_is_not_built_again(checkout: Path) -> None:
    ensure_client(checkout)


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.ts", "package.json", "package-lock.json"])
def test_a_changed_source_is_built(checkout: Path, name: str) -> None:
    (checkout / "web" / name).write_text("{")
    with pytest.raises(SystemExit, match="npm"):
        ensure_client(checkout)


def test_a_renamed_source_is_built(checkout: Path) -> None:
    (checkout / "web/src/main.ts").rename(checkout / "web/src/other.ts")
    with pytest.raises(SystemExit, match="npm"):
        ensure_client(checkout)


@pytest.mark.parametrize("name", ["tests/main.test.ts", "node_modules/x.js", "coverage/x.html"])
def test_what_the_build_does_not_read_changes_nothing(checkout: Path, name: str) -> None:
    (checkout / "web" / name).parent.mkdir(exist_ok=True)
    (checkout / "web" / name).write_text("two")
    ensure_client(checkout)


def test_an_archive_with_the_built_client_needs_no_sources(checkout: Path) -> None:
    (checkout / "web/package.json").unlink()
    ensure_client(checkout)
    (checkout / STATIC / "index.html").unlink()
    with pytest.raises(SystemExit, match="neither"):
        ensure_client(checkout)
