"""Markdown to HTML: what each mark becomes, and that nothing else ever comes out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cromulent.messages.markdown import MAX_HTML_LENGTH, MAX_LANGUAGES, render
from tests.unit.messages.allow_list import findings, text_of


def link(address: str, text: str | None = None) -> str:
    """A link as it comes out."""
    return f'<a href="{address}" target="_blank" rel="noopener noreferrer nofollow">{text or address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** *it* _it_ ~~no~~", "<p><strong>bold</strong> <em>it</em> <em>it</em> <s>no</s></p>"),
        ("`a < b` \\*not\\*", "<p><code>a &lt; b</code> *not*</p>"),
        ("a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("7. a\n8. b", '<ol start="7">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("> a\nb", "<blockquote>\n<p>a<br>\nb</p>\n</blockquote>"),
        ("```\n<b>\n  x\n```", "<pre><code>&lt;b&gt;\n  x\n</code></pre>"),
        ("```nosuchlanguage\nx\n```", "<pre><code>x\n</code></pre>"),
        ("    four blanks are no code *yet*", "<p>four blanks are no code <em>yet</em></p>"),
        ("# a\n###### *b* #\n#no", "<h3>a</h3>\n<h6><em>b</em></h6>\n<p>#no</p>"),
        ("a\n---\n***", "<p>a<br>\n---<br>\n***</p>"),
        ("<script>alert(1)</script>*!*", "<p>&lt;script&gt;alert(1)&lt;/script&gt;<em>!</em></p>"),
        ("&lt; *&amp;*", "<p>&amp;lt; <em>&amp;amp;</em></p>"),
    ],
)
def test_each_mark_becomes_its_element(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.example/b.", f"see {link('https://a.example/b')}."),
        ("(https://a.example/x_(y))", f"({link('https://a.example/x_(y)')})"),
        ("https://a.example/a_b_c _d_", f"{link('https://a.example/a_b_c')} <em>d</em>"),
        ("**https://a.example**", f"<strong>{link('https://a.example')}</strong>"),
        ("<https://a.example/?q=1&r>", link("https://a.example/?q=1&amp;r")),
        ("[text](https://a.example)", link("https://a.example", "text")),
        ('[text](http://a.example "title")', link("http://a.example", "text")),
        ("https://ä.example/ü", link("https://xn--4ca.example/%C3%BC", "https://ä.example/ü")),
        ("`https://a.example`", "<code>https://a.example</code>"),
        ("xhttps://a.example", "xhttps://a.example"),
        ("![alt](https://a.example/i.png)", f"!{link('https://a.example/i.png', 'alt')}"),
    ],
)
def test_addresses_of_the_web_become_links(text: str, html: str) -> None:
    assert render(text) == f"<p>{html}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](/logout)",
        "[x](//thief.example)",
        "[x](https:thief.example)",
        "[x](https://bank.example@thief.example)",
        "https://bank.example@thief.example/",
        "<javascript:alert(1)>",
        "<mailto:ann@example.org>",
        "http://[",
        "https://",
        "ftp://a.example",
    ],
)
def test_other_addresses_stay_text(text: str) -> None:
    html = render(text)
    assert "<a" not in html
    assert text_of(html).replace("\n", "") in (text, text.replace("&#106;", "j"))


def spoiler(html: str) -> str:
    """A spoiler as it comes out."""
    return f'<span data-spoiler=""><span>{html}</span></span>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("the ||butler|| did", f"the {spoiler('butler')} did"),
        ("|| with *blanks* ||", spoiler(" with <em>blanks</em> ")),
        ("||a||b||c||", f"{spoiler('a')}b{spoiler('c')}"),
        ("||a\nb||", spoiler("a<br>\nb")),
        ("**||a||** ||**b**||", f"<strong>{spoiler('a')}</strong> {spoiler('<strong>b</strong>')}"),
        ("||`||`||", spoiler("<code>||</code>")),
        ("`||a||`", "<code>||a||</code>"),
        ("||https://a.example/x||", spoiler(link("https://a.example/x"))),
        ("*a ||b* c||", f"*a {spoiler('b* c')}"),
        ("|| ||", "|| ||"),
        ("||||", "||||"),
        ("a || b", "a || b"),
        ("\\||a||", "||a||"),
        ("a | b |", "a | b |"),
    ],
)
def test_what_stands_between_double_bars_is_a_spoiler(text: str, html: str) -> None:
    assert render(text) == f"<p>{html}</p>"


def test_a_table_has_a_head_a_body_and_its_alignment_without_a_style() -> None:
    assert render("| a | b | *c* |\n|:--|:-:|--:|\n| 1 | <b> |") == (
        "<table>\n<thead>\n<tr>\n"
        '<th data-align="left">a</th>\n<th data-align="center">b</th>\n<th data-align="right"><em>c</em></th>\n'
        "</tr>\n</thead>\n<tbody>\n<tr>\n"
        '<td data-align="left">1</td>\n<td data-align="center">&lt;b&gt;</td>\n<td data-align="right"></td>\n'
        "</tr>\n</tbody>\n</table>"
    )


def test_a_table_without_alignment_has_none() -> None:
    assert "align" not in render("x | y\n--|--\n1 | 2")


def test_code_is_coloured_by_class_names() -> None:
    html = render("```python\ndef f(): return '<b>'\n```")
    assert html.startswith('<pre><code data-language="python"><span class="k">def</span>')
    assert "&lt;b&gt;" in html
    assert text_of(html) == "def f(): return '<b>'\n"


def test_a_language_goes_by_all_its_names() -> None:
    assert 'data-language="javascript"' in render("```JS linenos\n1\n```")


def test_the_first_languages_of_a_message_are_coloured_and_no_more_are_loaded() -> None:
    languages = ["c", "java", "sql", "json", "ruby", "bash", "rust", "go", "lua"]
    html = render("\n".join(f"```{language}\n'x' 1\n```" for language in languages))
    blocks = html.split("<pre>")[1:]
    assert ["<span" in block for block in blocks] == [True] * MAX_LANGUAGES + [False]
    assert all("data-language" in block for block in blocks)


SLOW_TO_COLOUR = "```autoit\n" + "\n " * 1900 + "\n```\n**bold**"  # five seconds of backtracking


def test_code_that_takes_too_long_to_colour_is_shown_without() -> None:
    began = time.process_time()
    html = render(SLOW_TO_COLOUR)
    assert time.process_time() - began < 2
    assert "<span" not in html
    assert "<strong>bold</strong>" in html
    assert 'data-language="autoit"' in html


def test_code_made_to_blow_up_is_shown_without_colours() -> None:
    html = render("```python\n" + "1," * 1900 + "\n```")
    assert len(html) <= MAX_HTML_LENGTH
    assert text_of(html) == "1," * 1900 + "\n"


@pytest.mark.parametrize("text", [">" * 30 + "hidden", "- " * 15 + "hidden", "> - " * 10 + "hidden"])
def test_what_is_too_deep_to_be_shown_whole_is_not_rendered(text: str) -> None:
    assert render(text) == ""


@pytest.mark.parametrize(
    "text", [">", "#", "```", "```python\n```", "- ", "1.", "[](https://a.example)", "> \u200b", "| | |\n|-|-|"]
)
def test_marks_that_leave_nothing_to_see_are_not_rendered(text: str) -> None:
    assert render(text) == ""


HOSTILE = {
    "quotes": "> " * 2000,
    "stars": "*" * 4000,
    "emphasis": "*a_ " * 1000,
    "brackets": "[" * 4000,
    "links": "[a](" * 1000,
    "nested links": "[a" * 1300 + "]" * 1300,
    "backticks": " ".join("`" * count for count in range(88)),
    "less-than": "<" * 4000,
    "backslashes": "\\" * 4000,
    "list": "1. " * 1300,
    "steps": "".join(" " * depth + "- a\n" for depth in range(85)),
    "address with brackets": "https://a.example/" + ")" * 3900,
    "address with dots": "https://a.example/" + ".)" * 1900,
    "schemes": "http://" * 570,
    "colons": "https:" * 660,
    "lines": "a\n" * 2000,
    "fences": "```\n" * 1000,
    "strikes": "~~a" * 1300,
    "bars": "|" * 4000,
    "spoilers": "||a" * 1300,
    "spoilers with emphasis": "||*a" * 1000,
    "spoilers that never end": "||`" * 1300,
    "spoilers with links": "||[a](" * 660,
    "a wide table": "|a" * 660 + "\n" + "|-" * 660 + "\n" + "|b" * 660,
    "a long table": "a|b\n-|-\n" + "c|d\n" * 990,
    "a hollow table": "|" * 1000 + "\n" + "|-" * 999 + "|\n" + "x|\n" * 300,
    "headings": "# a\n" * 1000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_not_slow_and_stays_within_the_rules(text: str) -> None:
    render("warm *up*")
    began = time.process_time()
    html = render(text)
    assert time.process_time() - began < 5  # it takes a hundredth of that; quadratic code took minutes
    assert findings(html) == []
    assert len(html) <= MAX_HTML_LENGTH


MARKS = st.sampled_from(
    [
        *"ab*_`~[]()<>!\\&\"'=:/#@.-| \n",
        "**",
        "||",
        "\n# ",
        "\na|b\n-|:-:\nc|d\n",
        "~~",
        "```",
        "```html\n",
        "```python\n",
        "\n> ",
        "\n- ",
        "\n1. ",
        "](",
        "https://",
        "http://a.example/",
        "javascript:",
        "data:text/html,",
        "<script>",
        "<img src=x onerror=alert(1)>",
        '" onmouseover="alert(1)',
        "<a href='javascript:x'>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<svg/onload=x>",
        "&#x6a;",
        "&lt;",
        "\r",
        "\t",
        "\x0c",
        "\x1b",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
        "\N{ZERO WIDTH SPACE}",
        "\N{LINE SEPARATOR}",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(MARKS, max_size=40).map("".join))
def test_whatever_is_written_only_what_is_allowed_comes_out(text: str) -> None:
    html = render(text)
    assert findings(html) == []


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_any_text_at_all_can_be_rendered(text: str) -> None:
    assert findings(render(text)) == []


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick='x'>a</p>",
        "<a href='javascript:x' target='_blank' rel='noopener noreferrer nofollow'>a</a>",
        "<a href='https://a.example'>a</a>",
        "<img src='x'>",
        "<span style='x'>a</span>",
        "<span class='voice-bar'>a</span>",
        "<span data-spoiler='x'>a</span>",
        "<td data-align='justify'>a</td>",
        "<h1>a</h1>",
        "<p>a",
        "<p><!-- a --></p>",
    ],
)
def test_the_oracle_finds_what_is_planted(html: str) -> None:
    assert findings(html) != []
