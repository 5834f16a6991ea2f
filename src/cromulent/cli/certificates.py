"""The small authority behind `--tls self`: it lives in the data folder and signs one certificate, renewed at a start near its end."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cromulent.cli.tls import TlsFiles

AUTHORITY_LIFE = timedelta(days=3650)
CERTIFICATE_LIFE = timedelta(days=397)
"""Browsers refuse certificates that last longer than 398 days."""
RENEW_BEFORE = timedelta(days=60)
_CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Signer:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def own_certificate(folder: Path, names: frozenset[str], now: datetime) -> TlsFiles:
    """A certificate for `names` (host names and addresses) by the authority in `folder`; both are made when missing or near their end."""
    folder.mkdir(mode=0o700, exist_ok=True)
    files = TlsFiles(str(folder / "server.pem"), str(folder / "server.key"), str(folder / "authority.pem"))
    authority = _find(folder / "authority.pem", folder / "authority.key")
    if authority is None or _ends_soon(authority.certificate, now):
        authority = _make_authority(now)
        _store(folder / "authority.pem", folder / "authority.key", authority)
    current = _find(folder / "server.pem", folder / "server.key")
    if current is None or not _still_good(current.certificate, authority.certificate, names, now):
        issued = _issue(authority, names, now)
        _store(folder / "server.pem", folder / "server.key", issued, authority.certificate)
    return files


def _still_good(
    certificate: x509.Certificate, authority: x509.Certificate, names: frozenset[str], now: datetime
) -> bool:
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    has = {str(name.value) for name in covered}
    return names <= has and certificate.issuer == authority.subject and not _ends_soon(certificate, now)


def _ends_soon(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_after_utc - now < RENEW_BEFORE


def _make_authority(now: datetime) -> _Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    name = _name(f"Cromulent authority {serial:x}"[:60])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        _builder(name, name, key, now, AUTHORITY_LIFE)
        .serial_number(serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _Signer(builder.sign(key, hashes.SHA256()), key)


def _issue(authority: _Signer, names: frozenset[str], now: datetime) -> _Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = x509.SubjectAlternativeName([_general_name(name) for name in sorted(names)])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(_name("Cromulent"), authority.certificate.subject, key, now, CERTIFICATE_LIFE)
        .serial_number(x509.random_serial_number())
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key, critical=False)
    )
    return _Signer(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now - _CLOCK_SKEW + life)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _find(certificate: Path, key: Path) -> _Signer | None:
    """What is stored, or None when it is missing or damaged."""
    try:
        found = serialization.load_pem_private_key(key.read_bytes(), None)
        loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return None
    return _Signer(loaded, found) if isinstance(found, ec.EllipticCurvePrivateKey) else None


def _store(certificate: Path, key: Path, signer: _Signer, *chain: x509.Certificate) -> None:
    private = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(key, private)
    _write(certificate, b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (signer.certificate, *chain)))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by its owner only."""
    new = path.with_suffix(f"{path.suffix}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
