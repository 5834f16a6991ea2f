"""Text without markup becomes HTML here, on the loop, in microseconds; so does what the worker could not render in time."""

from __future__ import annotations

import re

_MARKUP = re.compile(
    r"""
      [`*\\|] | ~~ | \]\( | ://         # code, emphasis, escapes, tables and spoilers, strikethrough, links
    | (?<!\w)_                          # emphasis begins; an underscore inside a word is none
    | [^\S\ \n]                         # blanks other than these are left to the parser
    | ^\ *(?:> | \#{1,6}(?:\ |$) | [-+](?:\ |$) | \d{1,9}[.)](?:\ |$))   # quotes, headings and lists
    """,
    re.VERBOSE | re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\n\s*\n")
_LINE_END = re.compile(r" *\n *")


def has_markup(text: str) -> bool:
    """Whether the Markdown parser could make anything but paragraphs of `text`. May say yes needlessly, never no wrongly."""
    return _MARKUP.search(text) is not None


def plain_html(text: str) -> str:
    """The text as paragraphs: a newline is a line break, an empty line begins a new paragraph.

    For text without markup this is what the Markdown parser makes of it, to the byte.
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\n" not in escaped:
        return f"<p>{escaped.strip()}</p>"
    paragraphs = [_LINE_END.sub("<br>\n", part.strip()) for part in _BLANK_LINES.split(escaped.strip())]
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
