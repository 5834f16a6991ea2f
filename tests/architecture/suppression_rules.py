"""Comments that silence a checker: allowed where they name the one rule and say why it does not apply there."""

from __future__ import annotations

import re

# Each is written apart so that this file does not silence anything itself.
MARKS = re.compile(
    "|".join(
        [
            r"#\s*(?:no" + r"qa|type:\s*ig" + r"nore|pyr" + r"ight:|pragma:)",
            r"(?:eslint-dis" + r"able|svelte-ig" + r"nore|prettier-ig" + r"nore)",
            r"@ts-(?:ig" + r"nore|exp" + r"ect-error|no" + r"check)",
        ]
    )
)
RULE = (
    r"(?:#\s*no" + r"qa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|#\s*type: ig" + r"nore\[[a-z-]+\]"
    r"|eslint-dis" + r"able-next-line [@/\w-]+|svelte-ig" + r"nore [\w-]+)"
)
NAMED = re.compile(RULE)
EXPLAINED = re.compile(RULE + r"  ?(?:--? |# ?|\()\S+ \S+")
COMMENT = re.compile(r"^\s*(?:#|//|<!--|\*|/\*)")


def unexplained(text: str) -> list[str]:
    """The lines of `text` that silence a checker altogether, or without saying (behind it, or in the line before) why."""
    found: list[str] = []
    before = ""
    for line in text.splitlines():
        if MARKS.search(line) and not EXPLAINED.search(line):
            said_before = COMMENT.match(before) and not MARKS.search(before)
            if not (said_before and NAMED.search(line)):
                found.append(line.strip())
        before = line
    return found
