"""What HTML a message may hold: an oracle of its own, so that the sanitiser is not its own judge."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "ol", "ul", "li", "blockquote", "a", "span"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
LINK = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
ADDRESS = re.compile(r'https?://[^\s<>"]+', re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects what is against the rules, and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.findings.append(f"<{tag}>")
        if tag != "br":
            self.open.append(tag)
        found = {name: value or "" for name, value in attrs}
        if len(found) != len(attrs):
            self.findings.append(f"an attribute twice in <{tag}>")
        self.findings += [f"{tag} {name}={value}" for name, value in found.items() if not _allowed(tag, name, value)]
        if tag == "a" and any(found.get(name) != value for name, value in LINK.items()):
            self.findings.append("a link without its safeguards")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.findings.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.findings.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.findings.append("a declaration")

    def handle_pi(self, data: str) -> None:
        self.findings.append("a processing instruction")


def _allowed(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return ADDRESS.fullmatch(value) is not None
        case "a", _:
            return LINK.get(name) == value
        case "ol", "start":
            return value.isdigit()
        case "code", "data-language":
            return re.fullmatch(r"[A-Za-z0-9_.+#@:*-]{1,40}", value) is not None
        case "span", "data-spoiler":
            return value == ""
        case (("th" | "td"), "data-align"):
            return value in ("left", "center", "right")
        case "span", "class":
            return re.fullmatch(r"[a-z0-9]{1,6}", value) is not None
        case _:
            return False


def findings(html: str) -> list[str]:
    """Everything in `html` that a message may not hold; empty is good."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.findings + [f"<{tag}> is never closed" for tag in reader.open]


def text_of(html: str) -> str:
    """What a reader sees, tags gone."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.text)
