"""The authority of `--tls self`: what its certificates cover, and when they are made anew."""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store

from cromulent.cli.addresses import own_addresses
from cromulent.cli.certificates import own_certificate
from cromulent.cli.tls import take_up, tls_files
from cromulent.config import Config, TlsConfig

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = frozenset({"localhost", "127.0.0.1", "::1", "box.local", "192.168.1.20"})


def load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def names_of(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in found}


def verify(folder: Path, name: str, at: datetime) -> None:
    """As a browser does that trusts the authority."""
    subject = (
        x509.DNSName(name) if name.isascii() and not name[0].isdigit() else x509.IPAddress(ipaddress.ip_address(name))
    )
    policy = PolicyBuilder().store(Store([load(folder / "authority.pem")])).time(at)
    policy.build_server_verifier(subject).verify(load(folder / "server.pem"), [])


def test_a_browser_that_trusts_the_authority_trusts_every_name(tmp_path: Path) -> None:
    files = own_certificate(tmp_path, NAMES, NOW)
    for name in ("localhost", "127.0.0.1", "box.local", "192.168.1.20"):
        verify(tmp_path, name, NOW)
    assert files.certificate == str(tmp_path / "server.pem")
    assert files.authority == str(tmp_path / "authority.pem")
    certificate = load(tmp_path / "server.pem")
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=398)


def test_a_good_certificate_is_kept(tmp_path: Path) -> None:
    own_certificate(tmp_path, NAMES, NOW)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    own_certificate(tmp_path, NAMES - {"192.168.1.20"}, NOW + timedelta(days=300))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(("days", "renewed"), [(330, False), (340, True), (3000, True)])
def test_a_certificate_near_its_end_is_renewed_by_the_same_authority(
    tmp_path: Path, days: int, *, renewed: bool
) -> None:
    own_certificate(tmp_path, NAMES, NOW)
    authority, certificate = load(tmp_path / "authority.pem"), load(tmp_path / "server.pem")
    later = NOW + timedelta(days=days)
    own_certificate(tmp_path, NAMES, later)
    assert load(tmp_path / "authority.pem") == authority
    assert (load(tmp_path / "server.pem") != certificate) is renewed
    verify(tmp_path, "localhost", later)


def test_an_authority_near_its_end_is_replaced_with_its_certificate(tmp_path: Path) -> None:
    own_certificate(tmp_path, NAMES, NOW)
    authority = load(tmp_path / "authority.pem")
    later = NOW + timedelta(days=3600)
    own_certificate(tmp_path, NAMES, later)
    assert load(tmp_path / "authority.pem") != authority
    verify(tmp_path, "localhost", later)


def test_a_new_address_gets_a_new_certificate(tmp_path: Path) -> None:
    own_certificate(tmp_path, NAMES, NOW)
    authority = load(tmp_path / "authority.pem")
    own_certificate(tmp_path, NAMES | {"10.0.0.5"}, NOW)
    assert "10.0.0.5" in names_of(load(tmp_path / "server.pem"))
    assert load(tmp_path / "authority.pem") == authority


@pytest.mark.parametrize("damaged", ["server.pem", "server.key", "authority.pem", "authority.key"])
def test_damaged_files_are_made_anew(tmp_path: Path, damaged: str) -> None:
    own_certificate(tmp_path, NAMES, NOW)
    (tmp_path / damaged).write_text("not PEM")
    own_certificate(tmp_path, NAMES, NOW)
    verify(tmp_path, "localhost", NOW)


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    own_certificate(tmp_path / "tls", NAMES, NOW)
    for path in (tmp_path / "tls", *(tmp_path / "tls").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_the_names_are_those_people_use(tmp_path: Path) -> None:
    config = Config(host="0.0.0.0", public_url="https://chat.example.org:8443", tls=TlsConfig(mode="self"))
    assert tls_files(config, tmp_path) is not None
    names = names_of(load(tmp_path / "tls" / "server.pem"))
    assert names >= {"localhost", "127.0.0.1", "::1", "chat.example.org", *own_addresses()}
    assert "0.0.0.0" not in names


def test_without_tls_there_are_no_files(tmp_path: Path) -> None:
    assert tls_files(Config(), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def certificate_shown(context: ssl.SSLContext) -> bytes:
    """What a client is shown in a handshake with a server of this context."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    client = careless.wrap_bio(to_client, to_server)
    server = context.wrap_bio(to_server, to_client, server_side=True)
    while (shown := client.getpeercert(binary_form=True) if client.version() else None) is None:
        for side in (client, server):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return shown


def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    old, new = own_certificate(tmp_path / "old", NAMES, NOW), own_certificate(tmp_path / "new", NAMES, NOW)
    served = tmp_path / "server.pem", tmp_path / "server.key"
    config = Config(tls=TlsConfig(mode="files", cert=str(served[0]), key=str(served[1])))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for files in (old, new):
        for source, target in zip((files.certificate, files.key), served, strict=True):
            shutil.copy(source, target)
        take_up(context, config, tmp_path)
        assert certificate_shown(context) == load(Path(files.certificate)).public_bytes(Encoding.DER)


def test_a_certificate_that_cannot_be_used_leaves_the_one_there_is(tmp_path: Path) -> None:
    good = own_certificate(tmp_path / "good", NAMES, NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    take_up(context, Config(tls=TlsConfig(mode="files", cert=good.certificate, key=good.key)), tmp_path)
    before = certificate_shown(context)
    (tmp_path / "half.pem").write_text("-----BEGIN CERTIFICATE-----")
    for broken in (str(tmp_path / "half.pem"), str(tmp_path / "nowhere.pem")):
        take_up(context, Config(tls=TlsConfig(mode="files", cert=broken, key=good.key)), tmp_path)
        assert certificate_shown(context) == before


def test_own_addresses_are_addresses_others_can_use() -> None:
    for text in own_addresses():
        address = ipaddress.ip_address(text)
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_unspecified
