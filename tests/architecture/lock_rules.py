"""Lock files: every package with its hashes, no address to fetch it from."""

from __future__ import annotations

import json
import re
from typing import Any

REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==[^\s;]+")


def locked_names(text: str) -> set[str]:
    """The names a requirements file pins, in their normal form."""
    lines = text.splitlines()
    return {normal(match.group(1)) for line in lines if (match := REQUIREMENT.match(line))}


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def faults_of_requirements(text: str) -> list[str]:
    """What is wrong with a Python lock file."""
    faults = [f"an address: {line.strip()}" for line in text.splitlines() if "://" in line or " @ " in line]
    for block in re.split(r"\n(?=\S)", text.strip()):
        first = block.splitlines()[0]
        if first.startswith("#"):
            continue
        if not REQUIREMENT.match(first):
            faults.append(f"not a pinned requirement: {first}")
        elif "--hash=sha256:" not in block:
            faults.append(f"no hash: {first}")
    return faults


def faults_of_package_lock(text: str) -> list[str]:
    """What is wrong with npm's lock file."""
    packages: dict[str, dict[str, Any]] = json.loads(text)["packages"]
    faults: list[str] = []
    for path, package in packages.items():
        if path and not package.get("link") and not package.get("integrity"):
            faults.append(f"no hash: {path}")
        if "resolved" in package:
            faults.append(f"an address: {path}")
    return faults
