"""What is installed is what was reviewed: locks with hashes and without addresses, and in step with what is asked for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from cromulent import __version__
from tests.architecture.lock_rules import faults_of_package_lock, faults_of_requirements, locked_names, normal
from tests.architecture.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECISION = ROOT / "docs" / "decisions" / "0001-dependencies.md"


def asked_for(requirements: list[object]) -> set[str]:
    """The distributions a list of requirements names."""
    names = [re.match(r"[A-Za-z0-9._-]+", line) for line in requirements if isinstance(line, str)]
    return {normal(match.group()) for match in names if match}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_python_locks_have_hashes_and_no_addresses(lock: Path) -> None:
    assert faults_of_requirements(lock.read_text()) == []


def test_the_locks_contain_what_the_project_asks_for() -> None:
    locked = {path.stem: locked_names(path.read_text()) for path in LOCKS}
    runtime = asked_for(PROJECT["project"]["dependencies"])
    build = asked_for(PROJECT["dependency-groups"]["build"])
    assert asked_for(PROJECT["build-system"]["requires"]) == build
    assert runtime <= locked["runtime"]
    assert build <= locked["build"]
    assert locked["runtime"] | locked["build"] | asked_for(PROJECT["dependency-groups"]["dev"]) <= locked["dev"]


def test_one_version_of_everything() -> None:
    pins: dict[str, set[str]] = {}
    for lock in LOCKS:
        for line in lock.read_text().splitlines():
            if match := re.match(r"^(\S+)==(\S+)( ; .*?)? ?\\?$", line):
                pins.setdefault(f"{match.group(1)}{match.group(3) or ''}", set()).add(match.group(2))
    assert len(pins) > 50
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}


def test_page_and_server_are_of_one_version() -> None:
    """Or every page would say for ever that there is a newer one."""
    web = [json.loads((ROOT / "web" / name).read_text())["version"] for name in ("package.json", "package-lock.json")]
    assert web == [__version__, __version__]


def test_the_browser_clients_lock_has_hashes_and_no_addresses() -> None:
    assert faults_of_package_lock((ROOT / "web" / "package-lock.json").read_text()) == []


def test_every_dependency_has_its_reason_written_down() -> None:
    reasons = set(re.findall(r"^\| `([^`]+)` \|", DECISION.read_text(), re.MULTILINE))
    package = json.loads((ROOT / "web" / "package.json").read_text())
    python = asked_for(PROJECT["project"]["dependencies"]) | asked_for(PROJECT["dependency-groups"]["dev"])
    python |= asked_for(PROJECT["dependency-groups"]["build"])
    used = python | set(package.get("dependencies", {})) | set(package.get("devDependencies", {}))
    assert used - reasons == set()
    assert reasons - used == set()


@pytest.mark.parametrize(
    "text",
    [
        "x==1 \\\n    --hash=sha256:00\ny==2",
        "x>=1 \\\n    --hash=sha256:00",
        "--index-url https://example.org/simple\nx==1 \\\n    --hash=sha256:00",
        "x @ https://example.org/x.whl \\\n    --hash=sha256:00",
    ],
)
def test_a_faulty_python_lock_is_found(text: str) -> None:
    assert faults_of_requirements("x==1 \\\n    --hash=sha256:00\n") == []
    assert faults_of_requirements(text) != []


@pytest.mark.parametrize("package", [{"version": "1"}, {"integrity": "sha512-", "resolved": "somewhere"}])
def test_a_faulty_lock_of_the_browser_client_is_found(package: dict[str, str]) -> None:
    good = {"packages": {"": {}, "node_modules/x": {"integrity": "sha512-"}}}
    assert faults_of_package_lock(json.dumps(good)) == []
    assert len(faults_of_package_lock(json.dumps({"packages": {"node_modules/x": package}}))) == 1
