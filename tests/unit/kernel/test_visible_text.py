"""What counts as a name one can see."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cromulent.kernel.visible_text import visible_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ann", "Ann"),
        (" Ann \t of\u00a0Bree\n", "Ann of Bree"),
        ("A\u0308nn", "Änn"),
        ("ไม่กี่", "ไม่กี่"),
        ("שָׁלוֹם", unicodedata.normalize("NFC", "שָׁלוֹם")),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("👩🏽\u200d🚀", "👩🏽\u200d🚀"),
    ],
)
def test_names_of_every_script_and_emoji_are_names(text: str, line: str) -> None:
    assert visible_line(text, 1, 40) == line


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \u3000",
        "\u200b",
        "\u200d",
        "\u00ad",
        "\u2060",
        "\ufeffAnn",
        "A\u202enn",
        "A\u2069nn",
        "A\u061cnn",
        "A\x7fnn",
        "A\u2028\x00nn",
        "\U000e0041",
        "\ue000",
        "\u0378",
        "\u3164",
        "\u2800\u2800",
        "\u0301Ann",
        "A nn \u0301",
        "Z" + "\u0335" * 20,
        "x" * 41,
    ],
)
def test_what_cannot_be_seen_or_covers_its_neighbours_is_none(text: str) -> None:
    assert visible_line(text, 1, 40) is None


@given(st.text(max_size=60))
def test_a_name_that_is_kept_is_kept_as_it_is_ever_after(text: str) -> None:
    line = visible_line(text, 1, 40)
    if line is not None:
        assert visible_line(line, 1, 40) == line
        assert 1 <= len(line) <= 40
        assert line == line.strip()
        assert line.isprintable() or any(joiner in line for joiner in "\u200c\u200d")
