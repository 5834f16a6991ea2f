"""What a channel may be called, and what becomes of the name in an address."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cromulent.channels.model import checked_name, checked_topic, slug_of
from cromulent.kernel.errors import InvalidInput

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("general", "general"),
        ("  Off   topic\t", "Off topic"),
        ("Cafe\N{COMBINING ACUTE ACCENT}", "Café"),
        (FAMILY, FAMILY),
        ("x" * 80, "x" * 80),
        ("общий чат", "общий чат"),
    ],
)
def test_a_name_is_stored_composed_and_on_one_line(given_name: str, stored: str) -> None:
    assert checked_name(given_name) == stored


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "\N{ZERO WIDTH JOINER}",
        "x" * 81,
        "a\N{RIGHT-TO-LEFT OVERRIDE}b",
        "a\x00b",
        "a\ud800b",
        "a\x7fb",
        "\N{ZERO WIDTH SPACE}",
    ],
)
def test_a_name_nobody_can_read_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked_name(name)
    assert refusal.value.code == "invalid_channel_name"


def test_a_topic_may_be_empty_and_has_an_end() -> None:
    assert checked_topic("  ") == ""
    assert checked_topic("x" * 500) == "x" * 500
    with pytest.raises(InvalidInput) as refusal:
        checked_topic("x" * 501)
    assert refusal.value.code == "invalid_topic"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("General", "general"),
        ("Off topic!", "off-topic"),
        ("Café Ünter", "cafe-unter"),
        ("общий", "text"),
        ("--", "text"),
    ],
)
def test_a_slug_is_the_name_made_plain(name: str, slug: str) -> None:
    assert slug_of(name, "text") == slug


@given(st.text(max_size=120))
def test_every_name_that_is_taken_has_a_slug_fit_for_an_address(name: str) -> None:
    try:
        stored = checked_name(name)
    except InvalidInput:
        return
    assert checked_name(stored) == stored == unicodedata.normalize("NFC", stored)
    slug = slug_of(stored, "voice")
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?", slug)
    assert slug_of(slug, "voice") == slug
