"""Resume tokens: what is signed comes back, and nothing else does."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cromulent.voice.errors import InvalidResumeToken
from cromulent.voice.tokens import Claims, TokenSigner

CLAIMS = Claims("participant", "user", "channel", "login", datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC))
signer = TokenSigner(b"key" * 11)


def test_what_is_signed_is_read_back_to_the_microsecond() -> None:
    assert signer.read(signer.sign(CLAIMS)) == CLAIMS
    later = replace(CLAIMS, issued_at=CLAIMS.issued_at + timedelta(microseconds=1))
    assert signer.read(signer.sign(later)) == later


def test_a_restarted_server_reads_it_and_another_instance_does_not() -> None:
    token = signer.sign(CLAIMS)
    assert TokenSigner(b"key" * 11).read(token) == CLAIMS
    with pytest.raises(InvalidResumeToken):
        TokenSigner(b"other" * 7).read(token)


def test_each_changed_character_makes_it_invalid() -> None:
    token = signer.sign(CLAIMS)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        try:
            claims = signer.read(changed)
        except InvalidResumeToken:
            continue
        # The last character of base64 has bits that mean nothing: it may change, what is claimed may not.
        assert claims == CLAIMS


def test_claims_put_beside_a_foreign_signature_are_refused() -> None:
    _, _, mac = signer.sign(CLAIMS).partition(".")
    forged = base64.urlsafe_b64encode(b"1.other.user.channel.login.5").rstrip(b"=").decode()
    with pytest.raises(InvalidResumeToken):
        signer.read(f"{forged}.{mac}")


@given(st.one_of(st.text(max_size=700), st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))))
def test_whatever_a_stranger_sends_is_refused_and_never_a_crash(text: str) -> None:
    with pytest.raises(InvalidResumeToken):
        signer.read(text)
