"""Names people give to things: one line, of characters that can be seen."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiner: invisible alone, but Persian words and emoji are spelled with them."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
"""Unicode categories: controls, marks that turn the direction of text, halves of characters, unassigned ones."""


_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol that Unicode calls visible and every font leaves empty."""
_MARKS = {"Mn", "Me"}
MOST_MARKS = 4
"""More combining marks on one character than any script piles up; a hundred cover the lines above and below."""


def visible_line(text: str, shortest: int, longest: int) -> str | None:
    """The text as it is stored: composed (NFC), runs of blanks made one. None when a character in it cannot be seen, when marks
    are piled up or stand on nothing, or when it has not `shortest` to `longest` characters.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    seen = [character for character in line if character not in _JOINERS]
    if any(character in _BLANK or unicodedata.category(character) in _INVISIBLE for character in seen):
        return None
    if _marks_run_wild(line):
        return None
    return line if shortest <= len(seen) and len(line) <= longest else None


def _marks_run_wild(line: str) -> bool:
    """Whether there are more marks on a character than `MOST_MARKS`, or any on a blank or on the beginning of the line."""
    marks = MOST_MARKS
    for character in line:
        if unicodedata.category(character) in _MARKS:
            marks += 1
        else:
            marks = MOST_MARKS if character == " " else 0
        if marks > MOST_MARKS:
            return True
    return False
