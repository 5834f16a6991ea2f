"""One URL tried: of a relay, two allocations and a packet from one to the other; of a STUN server, a question."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from secrets import token_bytes

from aioice import stun, turn

from cromulent.probes.outcome import Outcome, UrlProbe
from cromulent.voice import IceServer, IceUrl

ANSWER_SECONDS = 5.0
"""For an allocation or an answer: a relay that takes longer fails calls too."""
PACKET_SECONDS = 2.0
CLOSING_SECONDS = 0.5
_AGAIN_SECONDS = 0.1
_HEADER_BYTES = 20
_QUOTA_CODES = (486, 508)
_CREDENTIAL_CODES = (401, 438, 441)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for an answer, and for a packet to come through."""

    answer: float = ANSWER_SECONDS
    packet: float = PACKET_SECONDS


class _NothingCame(Exception):
    """The relay gave two addresses and passed nothing between them."""


def trusting_anybody() -> ssl.SSLContext:
    """For a server of our own, reached by an address its certificate need not name: whether it speaks TLS, not who it is."""
    # Without the authorities, which take long to load and would not be asked.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def probe_url(
    text: str, server: IceServer, tls: ssl.SSLContext | None = None, patience: Patience | None = None
) -> UrlProbe:
    """Try one URL of an ICE server. `tls` replaces the usual trust in certificates. Never raises."""
    patience = patience or Patience()
    url = IceUrl.parse(text)
    if url is None:
        return UrlProbe(text, Outcome.INVALID, "it is not the URL of an ICE server")
    began = asyncio.get_running_loop().time()
    try:
        await (_ask(url, tls, patience) if url.is_stun else _relay_a_packet(url, server, tls, patience))
    except Exception as error:  # somebody else's service: it may fail in any way
        return replace(_failure(url, error), relays=not url.is_stun)
    milliseconds = round((asyncio.get_running_loop().time() - began) * 1000)
    done = "it answers" if url.is_stun else "a packet went through it and came back"
    return UrlProbe(text, Outcome.WORKS, f"{done} ({milliseconds} ms in all)", not url.is_stun)


def _failure(url: IceUrl, error: Exception) -> UrlProbe:
    text = str(url)
    if isinstance(error, _NothingCame):
        return UrlProbe(text, Outcome.SILENT, f"it gives out addresses but passes nothing between them{error}")
    if isinstance(error, stun.TransactionFailed):
        return _refusal(text, error.response.error_code)
    if isinstance(error, ssl.SSLError):
        reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else "no TLS is spoken there"
        return UrlProbe(text, Outcome.UNTRUSTED, f"its certificate is not trusted ({reason})")
    if isinstance(error, (TimeoutError, stun.TransactionTimeout)):
        return UrlProbe(text, Outcome.UNREACHABLE, "nothing answers there")
    if isinstance(error, OSError):
        return UrlProbe(text, Outcome.UNREACHABLE, f"it cannot be reached ({error.strerror or type(error).__name__})")
    return UrlProbe(text, Outcome.UNREACHABLE, f"what answers is no such server ({type(error).__name__})")


def _refusal(text: str, code: int | None) -> UrlProbe:
    if code in _QUOTA_CODES:
        return UrlProbe(text, Outcome.FULL, f"the relay has no room left ({code})")
    whose = "the credentials" if code in _CREDENTIAL_CODES else "to relay"
    return UrlProbe(text, Outcome.REFUSED, f"the relay refuses {whose} ({code})")


class _Ear(asyncio.DatagramProtocol):
    """What comes through an allocation, and its end."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.closed = asyncio.Event()
        self.failure: Exception | None = None

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.failure = exc

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


async def _relay_a_packet(url: IceUrl, server: IceServer, tls: ssl.SSLContext | None, patience: Patience) -> None:
    """Two allocations, as the two ends of a call have, and a packet from one to the other."""
    async with AsyncExitStack() as held:
        async with asyncio.timeout(patience.answer):
            left, left_ear = await held.enter_async_context(_allocation(url, server, tls))
            right, right_ear = await held.enter_async_context(_allocation(url, server, tls))
        packet = token_bytes(32)
        try:
            async with asyncio.timeout(patience.packet):
                while not await _comes_through(packet, left, right, right_ear):
                    pass
        except TimeoutError:
            raise _NothingCame(_why_not(left_ear.failure)) from None


def _why_not(failure: Exception | None) -> str:
    """The relay's own word on it, where it has one: 403 where it may not send to an address of its own."""
    return f" ({failure.response.error_code})" if isinstance(failure, stun.TransactionFailed) else ""


async def _comes_through(packet: bytes, left: turn.TurnTransport, right: turn.TurnTransport, ear: _Ear) -> bool:
    """Whether it arrives soon. A relay lets in only those one has spoken to: both ends speak."""
    right.sendto(token_bytes(8), left.get_extra_info("sockname"))
    left.sendto(packet, right.get_extra_info("sockname"))
    with suppress(TimeoutError):
        async with asyncio.timeout(_AGAIN_SECONDS):
            while await ear.heard.get() != packet:
                pass
            return True
    return False


@asynccontextmanager
async def _allocation(
    url: IceUrl, server: IceServer, tls: ssl.SSLContext | None
) -> AsyncGenerator[tuple[turn.TurnTransport, _Ear]]:
    """An allocation, given back at the end."""
    transport, ear = await turn.create_turn_endpoint(
        _Ear,
        server_addr=(url.host, url.port),
        username=server.username,
        password=server.credential,
        ssl=(tls or ssl.create_default_context()) if url.scheme == "turns" else None,
        transport="tcp" if url.place > 1 else "udp",
    )
    try:
        yield transport, ear
    finally:
        transport.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(ear.closed.wait(), CLOSING_SECONDS)


async def _ask(url: IceUrl, tls: ssl.SSLContext | None, patience: Patience) -> None:
    """Ask a STUN server for our address."""
    question = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    async with asyncio.timeout(patience.answer):
        if url.scheme == "stuns":
            answer = await _ask_by_tls(url, bytes(question), tls or ssl.create_default_context())
        else:
            answer = await _ask_by_udp(url, bytes(question))
    message = stun.parse_message(answer)
    if message.transaction_id != question.transaction_id or "XOR-MAPPED-ADDRESS" not in message.attributes:
        raise ValueError("not the answer to what was asked")


async def _ask_by_udp(url: IceUrl, question: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=(url.host, url.port))
    try:
        while True:
            transport.sendto(question)
            with suppress(TimeoutError):
                return await asyncio.wait_for(ear.heard.get(), 0.5)
            if ear.failure is not None:
                raise ear.failure
    finally:
        transport.close()


async def _ask_by_tls(url: IceUrl, question: bytes, tls: ssl.SSLContext) -> bytes:
    reader, writer = await asyncio.open_connection(url.host, url.port, ssl=tls)
    try:
        writer.write(question)
        header = await reader.readexactly(_HEADER_BYTES)
        return header + await reader.readexactly(int.from_bytes(header[2:4], "big"))
    finally:
        writer.close()
