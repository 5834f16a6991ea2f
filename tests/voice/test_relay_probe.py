"""The probe of ICE servers at real relays, ours and coturn, and at what is none; each fault has its own word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from cromulent.cli.certificates import own_certificate
from cromulent.kernel.clock import FakeClock, SystemClock
from cromulent.probes import IceReport, IceServersProbe, Outcome, UrlProbe, probe_servers, probe_url, trusting_anybody
from cromulent.probes.relay import Patience
from cromulent.relay import RelayTls, RestCredentials
from cromulent.voice import Grant, IceServer, IceServers, NoProvider, OwnStun, StaticProvider
from tests.voice.coturn import Coturn, running_coturn
from tests.voice.test_built_in_relay import running, turn_server
from tests.voice.test_coturn import credentials

pytestmark = pytest.mark.anyio
SOON = Patience(answer=0.3, packet=0.3)


async def test_our_relay_by_udp_tcp_and_tls_and_its_stun(tmp_path: Path) -> None:
    files = own_certificate(tmp_path / "tls", frozenset({"elsewhere"}), SystemClock().now())
    async with running(RelayTls(files.certificate, files.key)) as relay:
        server = turn_server(relay, "ann")
        stun = IceServer((f"stun:127.0.0.1:{relay.ports.number}", f"stuns:127.0.0.1:{relay.ports.number}"))
        tried = await probe_servers([stun, server], trusting_anybody())
        assert [probe.outcome for probe in tried] == [Outcome.WORKS] * 5, tried
        assert [probe.way for probe in tried] == ["UDP", "TLS", "UDP", "TCP", "TLS"]
        assert [probe.relays for probe in tried] == [False, False, True, True, True]
        strict = [await probe_url(url, server) for url in server.urls if url.startswith("turns:")]
        assert [probe.outcome for probe in strict] == [Outcome.UNTRUSTED]
        assert "self-signed certificate" in strict[0].said


async def test_a_wrong_secret_at_our_relay() -> None:
    async with running() as relay:
        wrong = turn_server(relay, "ann", RestCredentials(b"another secret"))
        tried = await probe_servers([wrong])
        assert {probe.outcome for probe in tried} == {Outcome.REFUSED}
        assert wrong.credential is not None
        assert not any(wrong.credential in f"{probe}" for probe in tried)


async def test_coturn_with_the_right_secret_and_a_wrong_one(coturn: Coturn) -> None:
    right, wrong = await credentials(coturn), await credentials(coturn, secret="another secret")
    assert {probe.outcome for probe in await probe_servers([right])} == {Outcome.WORKS}
    assert {probe.said for probe in await probe_servers([wrong])} == {"the relay refuses the credentials (401)"}


async def test_a_coturn_that_passes_nothing_on(tmp_path: Path) -> None:
    with running_coturn(tmp_path, passes_on=False) as relay:
        server = await credentials(relay)
        tried = await probe_url(server.urls[0], server, patience=Patience(packet=0.5))
    assert tried.outcome is Outcome.SILENT
    assert tried.said == "it gives out addresses but passes nothing between them (403)"


@asynccontextmanager
async def speaking(answer: bytes | None) -> AsyncIterator[int]:
    """A TCP port where this is said to everybody, or nothing at all."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is not None:
            writer.write(answer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.mark.parametrize("answer", [None, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
@pytest.mark.parametrize("url", ["turn:127.0.0.1:{}?transport=tcp", "turns:127.0.0.1:{}", "stuns:127.0.0.1:{}"])
async def test_a_port_of_something_else(answer: bytes | None, url: str) -> None:
    async with speaking(answer) as port:
        tried = await probe_url(url.format(port), IceServer((), "u", "c"), patience=SOON)
    assert tried.outcome in (Outcome.UNREACHABLE, Outcome.UNTRUSTED)
    assert tried.remedy


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("turn:127.0.0.1:1", Outcome.UNREACHABLE),
        ("turn:127.0.0.1:1?transport=tcp", Outcome.UNREACHABLE),
        ("stun:127.0.0.1:1", Outcome.UNREACHABLE),
        ("turn:nowhere.invalid", Outcome.UNREACHABLE),
        ("http://127.0.0.1", Outcome.INVALID),
    ],
)
async def test_nothing_there(url: str, outcome: Outcome) -> None:
    assert (await probe_url(url, IceServer((), "u", "c"), patience=SOON)).outcome is outcome


@dataclass
class ChangingProvider:
    """Gives one server, until it fails."""

    server: IceServer
    fails: bool = False
    name: str = "changing"

    async def servers(self, user_id: str, now: datetime) -> Grant:
        if self.fails:
            raise ConnectionError("it is gone")
        return Grant((self.server,), 3600)


async def test_the_probe_of_an_instance_asks_the_provider_anew_and_says_one_sentence() -> None:
    async with running() as relay:
        provider = ChangingProvider(turn_server(relay, "ann"))
        probe = IceServersProbe(IceServers(provider, OwnStun(0), FakeClock()))
        report = await probe.run("ann", "localhost")
        assert report.works
        assert report.sentence == "The relay works by UDP and TCP: a packet went through it and came back."
        provider.fails = True
        report = await probe.run("ann", "localhost")
        assert not report.works
        assert report.sentence == "The ICE server provider changing gave nothing: it is gone."


async def test_an_instance_without_a_relay_and_one_whose_relay_is_gone() -> None:
    report = await IceServersProbe(IceServers(NoProvider(), OwnStun(0), FakeClock())).run("ann", "localhost")
    assert (report.works, report.provider) == (False, "none")
    assert report.sentence.startswith("No relay is handed out")
    gone = StaticProvider([IceServer(("turn:127.0.0.1:1?transport=tcp",), "u", "c")])
    report = await IceServersProbe(IceServers(gone, OwnStun(0), FakeClock())).run("ann", "localhost")
    assert not report.works
    assert report.sentence.startswith("The relay does not work: by TCP, it cannot be reached")


def test_a_way_that_fails_beside_one_that_works_is_said() -> None:
    good = UrlProbe("turn:a?transport=tcp", Outcome.WORKS, "a packet went through it and came back (3 ms in all)")
    bad = UrlProbe("turn:a", Outcome.UNREACHABLE, "nothing answers there")
    report = IceReport("coturn", None, (bad, good))
    assert report.works
    assert "works by TCP" in report.sentence
    assert "by UDP, nothing answers there. See that" in report.sentence
