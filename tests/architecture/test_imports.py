"""Imports point one way: the layers by import-linter, the finer rules by `import_rules`; each shown to catch what is planted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.import_rules import DOMAINS, broken_rules
from tests.architecture.tree import PYTHON_SOURCES, ROOT, module_of, own_files


def lint_imports(folder: Path, sources: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package `cromulent` below `sources` against the contracts of pyproject.toml."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(sources)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_are_kept() -> None:
    finished = lint_imports(ROOT, ROOT / "src")
    assert finished.returncode == 0, finished.stdout + finished.stderr


PACKAGES = DOMAINS | {"kernel", "db", "gateway", "probes", "web", "cli"}


def skeleton(folder: Path) -> Path:
    """An empty `cromulent` with every package of the design below `folder`."""
    for name in ("", *sorted(PACKAGES)):
        package = folder / "cromulent" / name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
    for name in ("bootstrap", "config"):
        (folder / "cromulent" / f"{name}.py").touch()
    return folder / "cromulent"


def test_an_empty_skeleton_keeps_the_contracts(tmp_path: Path) -> None:
    skeleton(tmp_path)
    finished = lint_imports(tmp_path, tmp_path)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("kernel", "db"),
        ("db", "settings"),
        ("relay", "db"),
        ("relay", "voice"),
        ("db", "relay"),
        ("accounts", "channels"),
        ("messages", "web"),
        ("web", "gateway"),
        ("gateway", "web"),
        ("messages", "presence"),
        ("voice", "notifications"),
        ("link_previews", "voice"),
        ("config", "accounts"),
        ("web", "config"),
        ("gateway", "bootstrap"),
        ("bootstrap", "cli"),
    ],
)
def test_a_planted_import_against_the_arrows_is_found(tmp_path: Path, importer: str, imported: str) -> None:
    package = skeleton(tmp_path)
    planted = package / importer / "planted.py" if importer in PACKAGES else package / f"{importer}.py"
    planted.write_text(f"import cromulent.{imported}\n")
    finished = lint_imports(tmp_path, tmp_path)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert f"-> cromulent.{imported}" in finished.stdout


def test_a_package_without_a_place_in_the_layers_is_found(tmp_path: Path) -> None:
    stranger = skeleton(tmp_path) / "stranger"
    stranger.mkdir()
    (stranger / "__init__.py").touch()
    finished = lint_imports(tmp_path, tmp_path)
    assert finished.returncode == 1
    assert "stranger" in finished.stdout


def test_packages_are_used_through_their_faces_and_domains_touch_no_transport() -> None:
    paths = own_files(".py", below=PYTHON_SOURCES)
    assert len(paths) > 10
    assert [line for path in paths for line in broken_rules(module_of(path), path.read_text())] == []


@pytest.mark.parametrize(
    ("module", "allowed", "forbidden"),
    [
        (
            "cromulent.web.routes.messages",
            "from cromulent.messages import Message",
            "from cromulent.messages.service import x",
        ),
        ("cromulent.bootstrap", "import cromulent.voice", "import cromulent.voice.room"),
        ("cromulent.messages.service", "from cromulent.messages.model import Message", "import sqlalchemy as sa"),
        ("cromulent.messages.store", "import sqlalchemy as sa", "from litestar import get"),
        ("cromulent.voice.room", "import asyncio", "import socket"),
        ("cromulent.kernel.ids", "from cromulent.kernel.clock import Clock", "import msgspec"),
        ("cromulent.kernel.ids", "import uuid", "from cromulent.db import Unit"),
        ("cromulent.relay.orders", "import msgspec", "import structlog"),
        ("cromulent.relay.__main__", "import socket", "import sqlalchemy"),
        ("cromulent.relay.lines", "import asyncio", "import socket"),
        ("cromulent.gateway.stun_port", "from cromulent.relay import StunServer", "import cromulent.relay.relay"),
        ("cromulent.accounts.model", "from typing import Literal", "from typing import Any"),
        ("cromulent.accounts.model", "import typing", "import typing\nx: typing.Any = 1"),
        ("cromulent.accounts.model", "", "def f():\n    import uvicorn"),
    ],
)
def test_a_planted_import_is_found(module: str, allowed: str, forbidden: str) -> None:
    assert broken_rules(module, allowed) == []
    assert len(broken_rules(module, forbidden)) == 1
