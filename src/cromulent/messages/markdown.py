"""Markdown to safe HTML, and the loop of the worker process that does it.

The worker runs this very file by its path and needs nothing else of the program, so it starts in a tenth of a second
and holds little memory. The server itself never imports it.

What comes out holds only the tags and attributes named in `_CLEANER`: links to `http` and `https`, code with the class
names of Pygments, tables, spoilers. Headings begin at the third level, below those of the page. Raw HTML is text, a
newline is a line break.
"""

from __future__ import annotations

import functools
import re
import resource
import signal
import struct
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from html import escape
from types import FrameType
from typing import BinaryIO
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import find_lexer_class_by_name, get_all_lexers
from pygments.token import STANDARD_TYPES

MAX_HTML_LENGTH = 65_536
"""Characters; more comes only of code made to blow up, and is then shown without colours."""
COLOURING_SECONDS = 0.1
"""Of work, for all the code of a message; what loading the languages takes is not counted, it is done once."""
MAX_LANGUAGES = 8
"""In one message; loading one may take a tenth of a second."""
MAX_CELLS = 2_000
"""More in a table come only of a row of bars that a parser would fill up with empty cells, line after line."""
MAX_NESTING = 20
"""Levels of the parser: a quote is one, a list two."""
ORPHAN_SECONDS = 5.0
"""A rendering that goes on so long has lost the parent that would have ended it."""
MEMORY_BYTES = 1024**3

_AGAIN_SECONDS = 0.01
_RULES = (
    "blockquote",
    "fence",
    "heading",
    "list",
    "table",
    "autolink",
    "backticks",
    "emphasis",
    "escape",
    "link",
    "newline",
    "strikethrough",
)
_TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "ol", "ul", "li", "blockquote", "a", "span"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ALIGNMENTS = {"left", "center", "right"}
_CLASSES = {name for name in STANDARD_TYPES.values() if name}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=set(),
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}, "code": {"data-language"}},
    tag_attribute_values={
        "span": {"data-spoiler": {""}},
        "th": {"data-align": _ALIGNMENTS},
        "td": {"data-align": _ALIGNMENTS},
    },
    allowed_classes={"span": _CLASSES},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)

_SCHEME = re.compile(r"(?<![^\W_])https?\Z", re.IGNORECASE)
_URL_REST = re.compile(r"://[^\s<>\"`\\^{|}\x00-\x1f\x7f]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_AFTER_URL = ".,:;!?'*_~"
_PAIRS = {")": "(", "]": "["}
_SPOILER = "||"
_PLAIN = re.compile(r"[^\n!#$%&*+\-:<=>@\[\\\]^_`{}~|]+")
"""Where no inline rule begins: the parser's own idea of it, and the bar of a spoiler."""


def render(text: str) -> str:
    """The HTML of a message; empty for one that cannot be shown as Markdown without losing some of it.

    Raises nothing for any text without NUL and lone surrogates. May take long for a hostile one.
    """
    parser = _parser()
    tokens = parser.parse(text)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):  # what is deeper was left out by the parser
        return ""
    if not any(_can_be_seen(token) for token in tokens):  # a lone `>`, `#` or fence
        return ""
    try:
        html = _html(tokens, _Colouring(COLOURING_SECONDS))
    except _TooLong:
        html = ""
    return html if 0 < len(html) <= MAX_HTML_LENGTH else _html(tokens, None)


def _can_be_seen(token: Token) -> bool:
    """Whether there is something to see of a token beside frames and bullets."""
    if token.children is not None:
        return any(_can_be_seen(child) for child in token.children)
    return any(character.isprintable() and character != " " for character in token.content)


class _TooLong(Exception):
    """The colouring of code took more time than it is worth."""


class _Colouring:
    """Colours the code of one message, within limits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._languages: set[str] = set()

    def coloured(self, code: str, language: str) -> str:
        """HTML; without colours when the message has too many languages. Raises `_TooLong`."""
        self._languages.add(language)
        if len(self._languages) > MAX_LANGUAGES:
            return escape(code)
        lexer = find_lexer_class_by_name(language)(stripnl=False, ensurenl=False)
        with self._limit():
            return highlight(code, lexer, HtmlFormatter[str](nowrap=True))

    @contextmanager
    def _limit(self) -> Generator[None]:
        """Take the time spent inside from what is left; the expressions of some lexers are exponential.

        It is this process's own work that counts. The signal may come while a callback of the interpreter runs, which
        would swallow the exception: so it is raised only in code of Pygments, and the signal comes again until it is.
        """

        def give_up(_signal: int, frame: FrameType | None) -> None:
            if frame is not None and frame.f_globals["__name__"].startswith("pygments."):
                raise _TooLong

        signal.signal(signal.SIGVTALRM, give_up)
        signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, _AGAIN_SECONDS)
        try:
            yield
        finally:
            self._seconds, _ = signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _html(tokens: Sequence[Token], colouring: _Colouring | None) -> str:
    parser = _parser()
    return _CLEANER.clean(parser.renderer.render(tokens, parser.options, {"colouring": colouring})).strip("\n")


@functools.cache
def _parser() -> MarkdownIt:
    parser = _Parser("zero", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    parser.enable(_RULES)
    parser.inline.ruler2.enable(["emphasis", "strikethrough"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.push("bare_url", _bare_url)
    parser.inline.ruler.push("spoiler", _spoiler)
    parser.core.ruler.push("page_below", _fit_into_page)
    parser.add_render_rule("fence", _fence)
    return parser


class _Parser(MarkdownIt):
    """Follows only addresses of the web; everything else in link syntax stays text."""

    def validateLink(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            known = parts.scheme in {"http", "https"} and parts.username is None  # `https://bank@thief` deceives
            return known and _HOST.fullmatch(parts.hostname or "") is not None
        except ValueError:
            return False


def _bare_url(state: StateInline, silent: bool) -> bool:
    """An inline rule: at the colon of `https://…` the scheme is already pending text; take it back and make a link.

    It must be an inline rule, before emphasis is paired, or the underscores of an address would become italics.
    """
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    rest = _URL_REST.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    length = len(scheme.group())
    url = scheme.group() + _without_trailing_punctuation(rest.group())
    address = state.md.normalizeLink(url)
    if not state.md.validateLink(address):
        return False
    if not silent:
        state.pending = state.pending[:-length]
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += len(url) - length
    return True


def _table(state: StateBlock, first_line: int, end_line: int, silent: bool) -> bool:
    """A block rule: a table, unless it could be a huge one."""
    columns = state.src.count("|", state.bMarks[first_line], state.eMarks[first_line]) + 1
    return columns * (end_line - first_line) <= MAX_CELLS and table(state, first_line, end_line, silent)


def _text(state: StateInline, silent: bool) -> bool:
    """An inline rule: everything up to where another rule may begin."""
    plain = _PLAIN.match(state.src, state.pos, state.posMax)
    if plain is None:
        return False
    if not silent:
        state.pending += plain.group()
    state.pos = plain.end()
    return True


def _spoiler(state: StateInline, silent: bool) -> bool:
    """An inline rule: what stands between `||` and `||` is hidden until asked for.

    It is wrapped twice, so that the outer element can be a button while the inner one cannot be seen.
    """
    if not state.src.startswith(_SPOILER, state.pos):
        return False
    start = state.pos + len(_SPOILER)
    end = _end_of_spoiler(state, start)
    if not state.src[start:end].strip():
        return False
    if not silent:
        limit, state.posMax, state.pos = state.posMax, end, start
        state.push("spoiler_open", "span", 1).attrs = {"data-spoiler": ""}
        state.push("spoiler_text_open", "span", 1)
        state.md.inline.tokenize(state)
        state.push("spoiler_text_close", "span", -1)
        state.push("spoiler_close", "span", -1)
        state.posMax = limit
    state.pos = end + len(_SPOILER)
    return True


def _end_of_spoiler(state: StateInline, start: int) -> int:
    """Where the next `||` is that is not inside code or a link; `start` when there is none."""
    begun, state.pos = state.pos, start
    end = start
    while state.pos < state.posMax - 1:
        if state.src.startswith(_SPOILER, state.pos):
            end = state.pos
            break
        state.md.inline.skipToken(state)
    state.pos = begun
    return end


def _fit_into_page(state: StateCore) -> None:
    """A core rule: headings go below those of the page, alignment becomes an attribute that is no style."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        elif token.type in ("th_open", "td_open") and token.attrs:
            token.attrs = {"data-align": str(token.attrs["style"]).removeprefix("text-align:")}


def _without_trailing_punctuation(url: str) -> str:
    """Drop what ends the sentence, not the address; a closing bracket belongs to it if it was opened inside."""
    end = len(url)
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in _PAIRS.items()}
    while end and (url[end - 1] in _AFTER_URL or surplus.get(url[end - 1], 0) > 0):
        end -= 1
        if url[end] in surplus:
            surplus[url[end]] -= 1
    return url[:end]


def _fence(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, env: EnvType) -> str:
    """A code block; `data-language` is there when the language is one Pygments knows."""
    token = tokens[index]
    language = _languages().get(token.info.strip().split(" ")[0].lower()) if token.info.strip() else None
    if language is None:
        return f"<pre><code>{escape(token.content)}</code></pre>\n"
    colouring: _Colouring | None = env["colouring"]
    code = colouring.coloured(token.content, language) if colouring else escape(token.content)
    return f'<pre><code data-language="{escape(language)}">{code}</code></pre>\n'


@functools.cache
def _languages() -> dict[str, str]:
    """Every name of a language to its first one; asked for first, because an unknown name makes Pygments search all packages."""
    return {alias: aliases[0] for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases}


def serve(source: BinaryIO, sink: BinaryIO, rendering: Callable[[str], str]) -> None:
    """Answer frames until `source` ends: four bytes of length, big-endian, then UTF-8, both ways. Empty means "could not".

    The first frame goes out unasked: ready.
    """
    _put(sink, "")
    while len(head := source.read(4)) == 4:
        text = source.read(struct.unpack(">I", head)[0]).decode()
        signal.setitimer(signal.ITIMER_REAL, ORPHAN_SECONDS)  # nobody handles it, so the kernel ends us
        try:
            html = rendering(text)
        except Exception as error:  # whatever a text does to the parsers, the next one must be served
            print(f"markdown worker: {type(error).__name__}", file=sys.stderr)  # noqa: T201 - never the text itself
            html = ""
        signal.setitimer(signal.ITIMER_REAL, 0)
        _put(sink, html)


def _put(sink: BinaryIO, html: str) -> None:
    frame = html.encode()
    sink.write(struct.pack(">I", len(frame)) + frame)
    sink.flush()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    render("**warm**\n```python\nup = 1\n```")
    serve(sys.stdin.buffer, sys.stdout.buffer, render)
