"""`docs/voice.md` names every reason a page can give and every rule of the verdict, and the page has a sentence for each."""

from __future__ import annotations

import re

from cromulent.voice import RULES
from tests.architecture.document import names_in_code_spans, rows_of
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "voice.md").read_text()
ENGINE = ROOT / "web" / "src" / "voice"
TROUBLE = "## When people cannot hear each other"


def codes_of(source: str) -> set[str]:
    """The keys of the table of texts in a file of the client."""
    table = source.split("const TEXTS = {\n")[1].split("\n} as const", maxsplit=1)[0]
    return set(re.findall(r"^  (\w+): \{", table, re.MULTILINE))


def test_every_rule_of_the_verdict_is_a_row_in_its_order() -> None:
    documented = [(row[0].strip("`"), row[1]) for row in rows_of(PAGE, "### The verdict")]
    assert documented == [(rule.code, rule.side) for rule in RULES]
    assert len(set(documented)) == len(documented) >= 25


def test_no_row_is_empty() -> None:
    assert [row[0] for row in rows_of(PAGE, "### The verdict") if not all(row)] == []


def test_the_page_has_a_sentence_for_every_rule() -> None:
    assert codes_of((ENGINE / "verdict_texts.ts").read_text()) == {rule.code for rule in RULES}


def test_every_reason_is_explained() -> None:
    reasons = codes_of((ENGINE / "reasons.ts").read_text())
    assert len(reasons) > 20
    explained = {name for row in rows_of(PAGE, TROUBLE) for name in names_in_code_spans(row[0])}
    assert reasons - explained == set()


def test_everything_a_check_says_is_explained() -> None:
    codes = set[str]().union(
        *(codes_of((ENGINE / "check" / name).read_text()) for name in ("texts.ts", "check_verdict.ts"))
    )
    assert len(codes) > 30
    assert codes == {name for row in rows_of(PAGE, "### Check my connection") for name in names_in_code_spans(row[0])}


def test_reading_a_table_of_texts_finds_its_codes() -> None:
    assert codes_of("const TEXTS = {\n  a_b: {\n    you: {},\n  },\n  c: { both: {} },\n} as const") == {"a_b", "c"}
