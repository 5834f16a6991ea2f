"""STUN: a Binding request is answered as RFC 8489 says, everything else with silence; on real sockets too."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from cromulent.gateway.stun_port import StunPort, open_stun_port
from cromulent.kernel.clock import FakeClock, SystemClock
from cromulent.kernel.rate_limits import Limit
from cromulent.relay import StunLimits, StunServer, answer_binding

SOURCE = ("192.0.2.7", 40000)
LOOPBACK = ("127.0.0.1", "::1")


def request(attributes: bytes = b"", *, kind: int = 0x0001, cookie: int = stun.COOKIE) -> bytes:
    """A request with these attributes, as they travel."""
    return struct.pack("!HHI12s", kind, len(attributes), cookie, b"transaction!") + attributes


def attribute(kind: int, value: bytes = b"") -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def with_fingerprint(message: bytes) -> bytes:
    whole = message + attribute(0x8028, struct.pack("!I", stun.message_fingerprint(message)))
    return stun.set_body_length(whole, len(whole) - 20)


def answered(datagram: bytes, source: tuple[str, int] = SOURCE) -> stun.Message:
    answer = answer_binding(datagram, source)
    assert answer is not None
    return stun.parse_message(answer)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (SOURCE, SOURCE),
        (("2001:db8::7", 5), ("2001:db8::7", 5)),
        (("::ffff:192.0.2.7", 65535), ("192.0.2.7", 65535)),
        (("fe80::1%lo", 9), ("fe80::1", 9)),
    ],
)
def test_a_browser_is_told_its_address(source: tuple[str, int], told: tuple[str, int]) -> None:
    answer = answered(request(), source)
    assert (answer.message_class, answer.transaction_id) == (stun.Class.RESPONSE, b"transaction!")
    assert answer.attributes == {"XOR-MAPPED-ADDRESS": told}


def test_a_fingerprint_is_answered_with_a_right_one() -> None:
    answer = answered(with_fingerprint(request(attribute(0x8022, b"a browser"))))
    assert set(answer.attributes) == {"XOR-MAPPED-ADDRESS", "FINGERPRINT"}


def test_attributes_one_need_not_understand_are_ignored() -> None:
    body = attribute(0xC057, b"\0\1\0\2") + attribute(0x0006, b"user") + attribute(0x8070, b"?")
    assert answered(request(body)).message_class is stun.Class.RESPONSE


@pytest.mark.parametrize("fingerprint", [True, False])
def test_attributes_one_must_understand_are_named_in_a_420(fingerprint: bool) -> None:
    body = attribute(0x0003, b"\0\0\0\6") + attribute(0x7F00) + attribute(0x7F00, b"again")
    datagram = with_fingerprint(request(body)) if fingerprint else request(body)
    raw = answer_binding(datagram, SOURCE)
    assert raw is not None
    answer = stun.parse_message(raw)
    assert answer.message_class is stun.Class.ERROR
    assert answer.attributes["ERROR-CODE"] == (420, "")
    assert attribute(0x000A, struct.pack("!HH", 0x0003, 0x7F00)) in raw
    assert ("FINGERPRINT" in answer.attributes) is fingerprint


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        request()[:19],
        request() + b"\0\0\0\0",
        request(cookie=0x2112A443),
        request(kind=0x0101),
        request(kind=0x0011),
        request(kind=0x0111),
        request(kind=0x0003),
        request(kind=0x4001),
        request(b"\0\6"),
        request(b"\0\6\0\4"),
        request(b"\0\6\0\6abcd"),
        request(attribute(0x8029, b"too short")),
        request(attribute(0x0006, b"\xff\xff\xff\xff")),
        request(attribute(0x8028, b"\0\0\0\0")),
        request(attribute(0x8022, bytes(600))),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_whatever_is_not_a_sound_request_gets_no_answer(datagram: bytes) -> None:
    assert answer_binding(datagram, SOURCE) is None


noise = st.one_of(
    st.binary(max_size=700),
    st.binary(max_size=120).map(request),
    st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=8).map(
        lambda listed: request(b"".join(attribute(kind, value) for kind, value in listed))
    ),
    st.lists(st.integers(0, 0xFFFF), max_size=100).map(lambda kinds: request(b"".join(map(attribute, kinds)))),
)


@settings(max_examples=500)
@given(noise)
def test_noise_never_crashes_it_and_is_never_amplified(datagram: bytes) -> None:
    answer = answer_binding(datagram, ("2001:db8::7", 4))
    if answer is not None:
        assert len(answer) <= len(datagram) + 40
        assert stun.parse_message(answer).transaction_id == datagram[8:20]


def test_one_address_cannot_take_the_answers_of_the_others() -> None:
    clock = FakeClock()
    server = StunServer(clock, StunLimits(Limit(10, 1.0), Limit(1000, 1.0)))
    asked = [server.answer(request(), "192.0.2.7", 1) for _ in range(15)]
    assert [one is not None for one in asked] == [True] * 10 + [False] * 5
    assert server.answer(request(), "192.0.2.8", 1)
    for address in ("2001:db8::1", "2001:db8::ffff:2"):
        assert server.answer(request(), address, 1)
    assert (server.answered, server.dropped) == (13, 5)
    clock.advance(1)
    assert server.answer(request(), "192.0.2.7", 1)


def test_a_whole_64_of_ipv6_shares_one_budget_and_all_share_another() -> None:
    server = StunServer(FakeClock(), StunLimits(Limit(4, 1.0), Limit(6, 1.0)))
    same = [server.answer(request(), f"2001:db8::{number}", 1) for number in range(1, 7)]
    assert [one is not None for one in same] == [True] * 4 + [False] * 2
    others = [server.answer(request(), f"192.0.2.{number}", 1) for number in range(1, 5)]
    assert [one is not None for one in others] == [True] * 2 + [False] * 2


def test_port_zero_cannot_be_answered() -> None:
    assert StunServer(FakeClock()).answer(request(), "192.0.2.7", 0) is None


@pytest.fixture
async def port(anyio_backend: str) -> AsyncIterator[StunPort]:
    """A server on a free port of the loopback addresses."""
    opened = await open_stun_port(0, SystemClock(), LOOPBACK)
    assert opened is not None
    yield opened
    opened.close()


async def ask(address: str, port: int, datagrams: list[bytes]) -> bytes:
    """Send datagrams and wait for the first answer."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.setblocking(False)
        asking.connect((address, port))
        for datagram in datagrams:
            asking.send(datagram)
        return await asyncio.wait_for(loop.sock_recv(asking, 2048), 5)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", ("asyncio", {"use_uvloop": True})])
@pytest.mark.parametrize("address", LOOPBACK)
async def test_it_answers_on_a_real_socket_and_survives_what_comes_before(port: StunPort, address: str) -> None:
    if ":" in address and not socket.has_ipv6:
        pytest.fail("this machine has no IPv6 loopback")
    answer = await ask(address, port.number, [b"noise", request(b"\0\6"), bytes(1400), request()])
    (told,) = stun.parse_message(answer).attributes.values()
    assert told[0] == address


@pytest.mark.anyio
async def test_a_port_that_is_taken_is_a_warning_and_not_the_end(port: StunPort) -> None:
    with capture_logs() as logs:
        assert await open_stun_port(port.number, SystemClock(), LOOPBACK) is None
    assert [(line["event"], line["log_level"], line["port"]) for line in logs] == [
        ("stun_port_not_opened", "warning", port.number)
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", ("asyncio", {"use_uvloop": True})])
async def test_nobody_can_share_the_port_and_take_its_traffic(port: StunPort) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
        thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            thief.bind(("127.0.0.1", port.number))
