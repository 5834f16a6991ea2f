"""Names people give to things: one line, of characters that can be seen."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: invisible alone, but Persian words and emoji are spelled with them."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
"""Unicode categories: controls, marks that turn the direction of text, halves of characters, unassigned ones."""


def visible_line(text: str, shortest: int, longest: int) -> str | None:
    """The text as it is stored: composed (NFC), runs of blanks made one. None when a character in it cannot be seen, or when it
    has not `shortest` to `longest` characters.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    seen = [character for character in line if character not in _JOINERS]
    if any(unicodedata.category(character) in _INVISIBLE for character in seen):
        return None
    return line if shortest <= len(seen) and len(line) <= longest else None
