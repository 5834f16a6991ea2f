"""Reading our own pages: their tables, and the names they mention."""

from __future__ import annotations

import re


def names_in_code_spans(text: str) -> set[str]:
    """Everything between backquotes, as it stands."""
    return set(re.findall(r"`([^`\n]+)`", text))


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of every table row under a heading (down to the next heading of its level or above), without its titles."""
    lines = _section(text, heading)
    titles = {number - 1 for number, line in enumerate(lines) if line.startswith("|--")}
    return [
        _cells(line)
        for number, line in enumerate(lines)
        if line.startswith("|") and not line.startswith("|--") and number not in titles
    ]


def fields_in(cell: str) -> set[str]:
    """The field names of the first `{…}` of a table cell, `?` and nested shapes dropped: `{a, b?, c: [x]}` → a, b, c."""
    match = re.search(r"`\{([^`]*)\}`", cell)
    inside = re.sub(r"[\[{][^\]}]*[\]}]", "", match.group(1)) if match else ""
    return {part.split(":")[0].strip().rstrip("?") for part in inside.split(",") if part.strip()}


def _section(text: str, heading: str) -> list[str]:
    lines = text.splitlines()
    start = lines.index(heading)
    level = heading.split(" ", maxsplit=1)[0]
    for end in range(start + 1, len(lines)):
        match = re.match(r"(#+) ", lines[end])
        if match and len(match.group(1)) <= len(level):
            return lines[start + 1 : end]
    return lines[start + 1 :]


def _cells(line: str) -> list[str]:
    """A table line's cells; `\\|` inside a cell is no border."""
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def section_text(text: str, heading: str) -> str:
    """The text under a heading."""
    return "\n".join(_section(text, heading))
