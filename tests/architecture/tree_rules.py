"""What no file of the tree may be called or contain."""

from __future__ import annotations

import re
from pathlib import PurePath

# Names that say nothing about what is inside.
EMPTY_WORDS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}

# Put together here so that this file does not contain what it looks for.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("crates", "io"),
        ("golang", "org"),
    )
)

MACHINE_PATH = re.compile(r"(?<![\w.$}~/\\-])/(?:work|root|home/[a-z]\w*|Users/\w+)/[\w.]")
# `#` before three digits or more may be a colour: there it takes a word like "fixes" to make it a reference.
ISSUE_NUMBER = re.compile(
    r"\bissues? ?#?\d+\b|\b(?:fix(?:es)?|close[sd]?|see|PR) #\d+\b|(?<![\w&#(/])#\d{1,2}\b(?![-\da-fA-F])",
    re.IGNORECASE,
)


def empty_names(path: PurePath) -> list[str]:
    """The parts of a path whose last word says nothing: `utils`, `roomManager.ts`, but not `common_passwords.py`."""
    return [part for part in path.parts if _last_word(part) in EMPTY_WORDS]


def _last_word(name: str) -> str:
    words = re.findall(r"[A-Z]?[a-z]+", name.split(".", maxsplit=1)[0])
    return words[-1].lower() if words else ""


def foreign_matter(text: str) -> list[str]:
    """Registry hosts, paths of one machine, and numbers of an issue tracker found in `text`."""
    found = [host for host in REGISTRY_HOSTS if host in text]
    found += [match.group() for match in MACHINE_PATH.finditer(text)]
    return found


def issue_numbers(text: str) -> list[str]:
    """References to an issue tracker: prose that is empty once the tracker is gone."""
    return [match.group() for match in ISSUE_NUMBER.finditer(text)]
