"""The test vectors of RFC 5769: signatures, fingerprints and addresses as others make them, and made by us to the byte."""

from __future__ import annotations

import hashlib

import pytest
from aioice import stun

from cromulent.relay import answer_binding
from cromulent.relay import attributes as names
from cromulent.relay.attributes import attributes_of, with_fingerprint, with_integrity
from cromulent.relay.turn_message import read_message

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
SHORT_TERM_KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"  # SOFTWARE "STUN test client"
    "002400046e0001ff"  # PRIORITY
    "80290008932ff9b151263b36"  # ICE-CONTROLLED
    "000600096576746a3a68367659202020"  # USERNAME "evtj:h6vY", padded with spaces
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
ANSWER_IPV4 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"  # SOFTWARE "test vector", padded with a space
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
ANSWER_IPV6 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
LONG_TERM_REQUEST = bytes.fromhex(
    "000100602112a44278ad3433c6ad72c029da412e"
    "00060012e3839ee38388e383aae38383e382afe382b90000"  # USERNAME
    "0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341"  # NONCE "f//499k954d6OL34oL9FSTvy64sA"
    "0014000b6578616d706c652e6f726700"  # REALM "example.org"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666"
)
LONG_TERM_KEY = hashlib.md5("マトリックス:example.org:TheMatrIX".encode()).digest()  # the password after SASLprep
SOURCES = {ANSWER_IPV4: ("192.0.2.1", 32853), ANSWER_IPV6: ("2001:db8:1234:5678:11:2233:4455:6677", 32853)}


def unsigned(message: bytes) -> bytes:
    """What was there before it was signed."""
    listed = [kind for kind, _ in attributes_of(message) or ()]
    end = message.index(bytes.fromhex("00080014"))
    assert names.MESSAGE_INTEGRITY in listed
    return stun.set_body_length(message[:end], end - stun.HEADER_LENGTH)


def test_a_request_is_read_and_its_signature_is_right() -> None:
    request = read_message(REQUEST)
    assert request is not None
    assert request.signed
    assert request.fingerprint
    assert request.transaction_id == TRANSACTION
    assert request.find(names.USERNAME) == b"evtj:h6vY"
    assert request.find(0x8022) == b"STUN test client"
    assert request.unknown == [0x0024]
    assert request.is_signed_with(SHORT_TERM_KEY)
    assert not request.is_signed_with(SHORT_TERM_KEY + b"x")


def test_a_request_that_must_be_understood_and_is_not_is_answered_so() -> None:
    answer = answer_binding(REQUEST, ("192.0.2.1", 32853))
    assert answer is not None
    assert stun.parse_message(answer).error_code == 420
    assert bytes.fromhex("000a00020024") in answer


@pytest.mark.parametrize("place", range(len(REQUEST)))
def test_a_request_of_which_a_byte_is_another_is_not_believed(place: int) -> None:
    changed = bytearray(REQUEST)
    changed[place] ^= 1
    request = read_message(bytes(changed))
    assert request is None or not request.fingerprint or not request.is_signed_with(SHORT_TERM_KEY)


@pytest.mark.parametrize("vector", [REQUEST, ANSWER_IPV4, ANSWER_IPV6], ids=["request", "IPv4", "IPv6"])
def test_signature_and_fingerprint_are_made_to_the_byte(vector: bytes) -> None:
    assert with_fingerprint(with_integrity(unsigned(vector), SHORT_TERM_KEY)) == vector


def test_long_term_credentials_are_made_and_checked_to_the_byte() -> None:
    assert with_integrity(unsigned(LONG_TERM_REQUEST), LONG_TERM_KEY) == LONG_TERM_REQUEST
    request = read_message(LONG_TERM_REQUEST)
    assert request is not None
    assert request.find(names.USERNAME) == "マトリックス".encode()
    assert request.find(names.REALM) == b"example.org"
    assert request.find(names.NONCE) == b"f//499k954d6OL34oL9FSTvy64sA"
    assert request.is_signed_with(LONG_TERM_KEY)
    assert not request.is_signed_with(SHORT_TERM_KEY)


@pytest.mark.parametrize("vector", [ANSWER_IPV4, ANSWER_IPV6], ids=["IPv4", "IPv6"])
def test_addresses_are_told_to_the_byte(vector: bytes) -> None:
    asked = bytes.fromhex("000100002112a442") + TRANSACTION
    answer = answer_binding(asked, SOURCES[vector])
    assert answer is not None
    [(kind, value)] = attributes_of(answer) or []
    assert (kind, value) in (attributes_of(vector) or ())
    assert stun.unpack_xor_address(value, TRANSACTION) == SOURCES[vector]
