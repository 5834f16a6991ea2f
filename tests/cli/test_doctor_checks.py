"""Each check of `cromulent doctor` for itself, with what it is there to find."""

from __future__ import annotations

import asyncio
import sqlite3
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cromulent.cli.banner import site_of
from cromulent.cli.certificates import own_certificate
from cromulent.cli.doctor.certificate import certificate_finding, tls_finding
from cromulent.cli.doctor.database import clock_finding, database_findings
from cromulent.cli.doctor.disk import disk_finding
from cromulent.cli.doctor.findings import Finding, line_of, without_secrets
from cromulent.cli.doctor.ports import own_port_findings
from cromulent.cli.doctor.proxy import proxy_findings
from cromulent.cli.doctor.relays import provider_findings, relay_findings
from cromulent.cli.tls import TlsFiles
from cromulent.cli.voice_port import Surroundings
from cromulent.config import Config, TlsConfig, TurnConfig
from cromulent.db import DatabaseState, Writing, open_database
from cromulent.gateway import OwnPort
from cromulent.kernel.clock import SystemClock
from cromulent.voice import IceServer, StaticProvider
from cromulent.voice.ice.hosted import Account, MeteredProvider
from tests.unit.voice.test_hosted import FakeHost

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOME = Surroundings("192.168.1.20", container=False)


def test_a_finding_is_one_line_whatever_is_in_it() -> None:
    line = line_of(Finding("disk", "failed", "It says:\nno.", "Make\troom."))
    assert line == "failed   disk           It says: no. Make room."


def test_no_secret_stays_in_a_finding() -> None:
    turn = TurnConfig(provider="coturn", url="turn:x", secret="s3cr3t", credential="cr3d")
    config = Config(turn=turn, database_url="postgresql://ann:p%40ss@host/name")
    [clean] = without_secrets([Finding("x", "failed", "s3cr3t p@ss", "cr3d p%40ss")], config)
    assert (clean.found, clean.remedy) == ("[not shown] [not shown]", "[not shown] [not shown]")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database of this version."""
    path = tmp_path / "cromulent.db"
    open_database(path, SystemClock(), Writing(lambda fact: ("", ""), {}))
    return path


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


OLDER = "UPDATE alembic_version SET version_num = '0001'"
NEWER = "UPDATE alembic_version SET version_num = '9999'"
REFUSING = "CREATE TRIGGER no BEFORE UPDATE ON log_head BEGIN SELECT RAISE(ABORT, 'disk is full'); END"


@pytest.mark.parametrize(
    ("statements", "outcome", "says"),
    [
        ((), "ok", "takes writes"),
        ((OLDER,), "warning", "0001 of an older version"),
        ((NEWER,), "failed", "9999 of a newer version"),
        ((REFUSING,), "failed", "does not take writes: disk is full"),
    ],
)
def test_the_database(database: Path, statements: tuple[str, ...], outcome: str, says: str) -> None:
    spoil(database, "INSERT OR IGNORE INTO log_head VALUES (1, 7)", *statements)
    before = database.read_bytes()
    found, _ = database_findings(database, NOW)
    assert found.outcome == outcome
    assert says in found.found
    assert database.read_bytes() == before


def test_a_damaged_database_and_none(tmp_path: Path) -> None:
    path = tmp_path / "cromulent.db"
    assert database_findings(path, NOW)[0].outcome == "ok"
    assert not path.exists()
    path.write_bytes(b"no database" * 1000)
    found, _ = database_findings(path, NOW)
    assert (found.outcome, "not a database" in found.found) == ("failed", True)


def test_a_database_server_that_is_not_there() -> None:
    found, clock = database_findings("postgresql://ann:hidden@127.0.0.1:1/none", NOW)
    assert found.outcome == "failed"
    assert "hidden" not in found.found
    assert clock.outcome == "ok"


def state(*, newest: datetime | None = None, now: datetime | None = None) -> DatabaseState:
    return DatabaseState(revision="1", newest="1", known=True, newest_event_at=newest, now=now)


@pytest.mark.parametrize(
    ("found_there", "now", "outcome"),
    [
        (None, NOW, "ok"),
        (None, datetime(1970, 1, 1, tzinfo=UTC), "failed"),
        (state(newest=NOW - timedelta(days=9)), NOW, "ok"),
        (state(newest=NOW + timedelta(days=9)), NOW, "failed"),
        (state(now=NOW + timedelta(seconds=1)), NOW, "ok"),
        (state(now=NOW - timedelta(seconds=10)), NOW, "warning"),
        (state(now=NOW + timedelta(hours=1)), NOW, "failed"),
    ],
)
def test_the_clock(found_there: DatabaseState | None, now: datetime, outcome: str) -> None:
    assert clock_finding(found_there, now).outcome == outcome


@pytest.mark.parametrize(("free", "outcome"), [(50 * 1024**2, "failed"), (500 * 1024**2, "warning"), (1024**4, "ok")])
def test_the_room_on_the_disk(tmp_path: Path, free: int, outcome: str) -> None:
    assert disk_finding(tmp_path / "not" / "yet", free).outcome == outcome
    assert list(tmp_path.iterdir()) == []


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert disk_finding(tmp_path / "data").outcome == "failed"


def certificate(folder: Path, made_at: datetime, *names: str) -> TlsFiles:
    return own_certificate(folder, frozenset(names), made_at)


@pytest.mark.parametrize(
    ("age_days", "name", "outcome", "says"),
    [
        (0, "chat.example.org", "ok", "names *.example.org"),
        (0, None, "ok", "lasts until"),
        (0, "example.org", "failed", "names example.org"),
        (0, "a.chat.example.org", "failed", "names a.chat.example.org"),
        (390, None, "warning", "Renew"),
        (400, None, "failed", "ended on"),
        (-30, None, "failed", "not valid before"),
    ],
)
def test_the_certificate(tmp_path: Path, age_days: int, name: str | None, outcome: str, says: str) -> None:
    files = certificate(tmp_path / "tls", NOW - timedelta(days=age_days), "*.example.org")
    found = certificate_finding(files, name, NOW)
    assert found.outcome == outcome
    assert says in f"{found.found} {found.remedy}"


def test_a_key_that_is_another_and_a_file_that_is_none(tmp_path: Path) -> None:
    one, other = (certificate(tmp_path / name, NOW, "localhost") for name in ("one", "other"))
    assert certificate_finding(TlsFiles(one.certificate, other.key), None, NOW).outcome == "failed"
    Path(one.certificate).write_text("nothing")
    assert certificate_finding(one, None, NOW).outcome == "failed"
    Path(one.certificate).unlink()
    assert certificate_finding(one, None, NOW).outcome == "failed"


@pytest.mark.parametrize(
    ("config", "outcome"),
    [
        (Config(), "ok"),
        (Config(host="192.0.2.1"), "warning"),
        (Config(host="192.0.2.1", public_url="https://chat.example.org"), "ok"),
        (Config(host="192.0.2.1", tls=TlsConfig(mode="self"), data="/nowhere"), "ok"),
    ],
)
def test_a_page_without_a_microphone_is_a_warning(config: Config, outcome: str) -> None:
    assert tls_finding(config, site_of(config, 4000), NOW).outcome == outcome


@pytest.mark.parametrize(
    ("config", "outcome"),
    [
        (Config(), "failed"),
        (Config(stun_port=0), "warning"),
        (Config(stun_port=0, turn=TurnConfig(provider="coturn")), "ok"),
    ],
)
def test_no_port_of_our_own(config: Config, outcome: str) -> None:
    [found] = own_port_findings(config, OwnPort(), HOME)
    assert found.outcome == outcome


@asynccontextmanager
async def answering(answer: bytes, tls: TlsFiles | None = None) -> AsyncIterator[str]:
    """A web server that says the same to everybody; its URL."""
    context = tls and ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if tls and context:
        context.load_cert_chain(tls.certificate, tls.key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


def http(body: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "check", "says"),
    [
        ("<html>", "public url", "something else"),
        ('{"id": "other"}', "public url", "another instance"),
        ('{"id": "ours"}', "websocket", "answers 200"),
    ],
)
async def test_a_proxy_that_leads_elsewhere_or_passes_no_websocket(body: str, check: str, says: str) -> None:
    async with answering(http(body)) as url:
        found = {one.check: one for one in await proxy_findings(Config(public_url=url), "ours")}
    assert found[check].outcome == "warning"
    assert says in found[check].found
    assert "15 s" in found["time-outs"].found
    assert found["time-outs"].outcome == "advice"
    assert found["proxy"].outcome == "warning"


@pytest.mark.anyio
async def test_a_public_address_that_nothing_answers_at() -> None:
    async with answering(b"") as url:
        pass
    found = await proxy_findings(Config(public_url=url, trusted_proxies="127.0.0.1"), "ours")
    assert [one.outcome for one in found] == ["warning", "advice", "ok"]
    assert await proxy_findings(Config(), "ours") == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tls", "outcome", "says"),
    [
        (TlsConfig(mode="self"), "ok", "leads here"),
        (TlsConfig(), "warning", "certificate that is not trusted here (self"),
    ],
)
async def test_a_certificate_nobody_public_has_signed(tmp_path: Path, tls: TlsConfig, outcome: str, says: str) -> None:
    files = certificate(tmp_path / "tls", datetime.now(UTC), "127.0.0.1")
    async with answering(http('{"id": "ours"}'), files) as url:
        found, *_ = await proxy_findings(Config(data=str(tmp_path), public_url=url, tls=tls), "ours")
    assert (found.check, found.outcome) == ("public url", outcome)
    assert says in found.found
    assert "router" not in found.remedy


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "says"),
    [((200, "<html>"), "not the list"), ((500, ""), "answered 500"), ((0, ""), "did not answer in time")],
)
async def test_a_provider_that_gives_nothing(answer: tuple[int, str], says: str) -> None:
    fake = FakeHost({"/api/v1/turn/credential": answer})
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    api = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    provider = MeteredProvider(Account("app", "s3cr3t", 3600, api))
    [found] = await provider_findings("metered", provider, NOW, patience_seconds=0.3 if answer[0] == 0 else 20)
    server.close()
    assert found.outcome == "failed"
    assert says in found.found
    assert "s3cr3t" not in line_of(found)


@pytest.mark.anyio
async def test_a_provider_whose_relay_is_not_there_or_that_has_none() -> None:
    server = IceServer(("turn:127.0.0.1:1?transport=tcp",), "u", "c")
    granted, relay = await provider_findings("static", StaticProvider([server]), NOW)
    assert (granted.outcome, relay.outcome, relay.check) == ("ok", "failed", "relay tcp")
    assert "cannot be reached" in relay.found
    stun = IceServer(("stun:127.0.0.1:1",))
    found = await provider_findings("static", StaticProvider([stun]), NOW)
    assert [(one.check, one.outcome) for one in found] == [
        ("provider", "ok"),
        ("stun udp", "failed"),
        ("relay", "warning"),
    ]


@pytest.mark.anyio
async def test_a_configured_address_that_nothing_answers_at_is_a_warning() -> None:
    turn = TurnConfig(stun_url="stun:127.0.0.1:1")
    found = await relay_findings(Config(turn=turn), OwnPort(), site_of(Config(), 4000), NOW)
    assert [(one.check, one.outcome) for one in found] == [("address", "warning")]
    assert "look from outside" in found[0].remedy
