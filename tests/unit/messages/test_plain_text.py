"""The escape-only path: what goes down it, and that it gives what the parser would."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cromulent.messages.markdown import render
from cromulent.messages.plain_text import has_markup, plain_html

# Much of what decides about markup, so that chance finds it.
PIECES = st.sampled_from(
    [
        *"ab1 \n\n\\`*_~[]()<>&#+-.:!|'\"=/",
        "  ",
        "    ",
        "1. ",
        "- ",
        "> ",
        "# ",
        "https",
        "://",
        "www.",
        "\t",
        "\N{NO-BREAK SPACE}",
        "é",
        "ß_ß",
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=30).map("".join),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
)


@given(TEXTS)
@example("a\n\n\n  b  \nc\n")
@example('snake_case_name & <b> "quoted" 2 + 2 = 4')
@example("- no list, because it is one line with no blank\n-")
@example("a\r\nb")
@example("#no heading\n---\n===")
def test_without_markup_it_is_what_the_parser_makes(text: str) -> None:
    assume(any(character.isprintable() and character != " " for character in text) and not has_markup(text))
    assert plain_html(text) == render(text)


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "two lines\nof text",
        "snake_case and __init__ within:x__y",
        "1 < 2 && 3 > 2",
        "a - b + c",
        "1.5 apples, 3) no",
        "50% #general @ann :)",
        "number #one of 7",
        "wait... what?! (really)",
        "e.g. example.org or ann@example.org",
    ],
)
def test_everyday_text_needs_no_parser(text: str) -> None:
    assert has_markup(text) == ("__init__" in text)


@pytest.mark.parametrize(
    "text",
    [
        "*a*",
        "a _b_",
        "~~a~~",
        "`a`",
        "```\na\n```",
        "- a",
        "  + a",
        "1. a",
        "12) a",
        "> a",
        "[a](b)",
        "http://a.b",
        "a\\*",
        "x\n> y",
        "# a",
        "x\n  ###### b",
        "#",
        "||a||",
        "a|b\n-|-",
        "a\tb",
        "-",
    ],
)
def test_markup_is_seen(text: str) -> None:
    assert has_markup(text)


def test_markup_shown_as_typed_keeps_every_character() -> None:
    assert plain_html("**a** <i>&amp;\n> b\n\n\n`c`") == "<p>**a** &lt;i&gt;&amp;amp;<br>\n&gt; b</p>\n<p>`c`</p>"
