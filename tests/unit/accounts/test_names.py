"""What names, addresses and passwords may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cromulent.accounts import checked_account
from cromulent.accounts.model import checked_device, checked_display_name, checked_email, checked_password
from cromulent.kernel.errors import InvalidInput

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("name", ["ab", "A-b_9", "x" * 40, "--", "42"])
def test_user_names_of_the_allowed_characters_are_kept_as_typed(name: str) -> None:
    assert checked_account(name, None, PASSWORD).user_name == name


@pytest.mark.parametrize("name", ["", "a", "x" * 41, "a b", "a\n", "ann\n", "änn", "a@b", "a.b", "аnn", "ann\u200b"])
def test_other_user_names_are_refused_by_field_and_code(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_account(name, None, PASSWORD)
    assert refused.value.code == "invalid_user_name"
    assert refused.value.detail == {"field": "user_name"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(None, None), ("", None), ("  ", None), ("a@b", "a@b"), (" Ann@Example.org ", "Ann@Example.org")],
)
def test_an_email_address_is_optional(typed: str | None, stored: str | None) -> None:
    assert checked_email(typed) == stored


@pytest.mark.parametrize("address", ["ann", "@b", "a@", "a@b@c", "a b@c", "a@b\nc", "a@" + "b" * 159, "a\x00@b"])
def test_what_is_no_email_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="invalid_email"):
        checked_email(address)


@pytest.mark.parametrize(
    ("typed", "stored"), [("  Ann   B. ", "Ann B."), ("é", "é"), ("e\u0301", "é"), ("👩‍👧", "👩‍👧")]
)
def test_a_display_name_is_one_visible_line(typed: str, stored: str) -> None:
    assert checked_display_name(typed) == stored


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u202eann", "x" * 41, "a\x00b", "\u200d", "\ud800"])
def test_a_display_name_nobody_can_see_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="invalid_display_name"):
        checked_display_name(name)


def test_without_a_display_name_it_is_the_user_name() -> None:
    assert checked_account("ann", None, PASSWORD).display_name == "ann"


@pytest.mark.parametrize("password", ["x7-k" * 3, "🐎 battery staple ok", "ein Satz mit Leerzeichen", "Zq" + "3k" * 62])
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    assert checked_password(password + "!", "ann") == password + "!"


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 129, "correct horse \ud800"])
def test_a_password_of_the_wrong_length_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_password(password, "ann")
    assert refused.value.code == "invalid_password"
    assert refused.value.detail == {"field": "password"}


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Passwort!!!!",
        "123456789012",
        "210987654321",
        "aaaaaaaaaaaa",
        "abcabcabcabca",
        "abcdefghijklm",
        "qwertyuiopas",
        "letmein-2026!",
        "ann_the_long",
        "ANN_THE_LONG2026",
        "monkeymonkey",
        "............",
        "cromulent2026",
    ],
)
def test_passwords_everybody_tries_first_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="common_password"):
        checked_password(password, "ann_the_long")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=0, max_size=300))
def test_a_device_label_is_always_a_printable_line_that_fits(text: str) -> None:
    label = checked_device(text)
    assert 1 <= len(label) <= 80
    assert label.isprintable()
