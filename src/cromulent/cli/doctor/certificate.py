"""TLS: whether the certificate can be read, fits its key, names what people type, and how long it lasts."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from cromulent.cli.banner import Site
from cromulent.cli.doctor.findings import Finding, failed, ok, warning
from cromulent.cli.tls import TlsFiles
from cromulent.config import Config

SOON = timedelta(days=14)


def files_there(config: Config) -> TlsFiles | None:
    """The files `serve` uses or will; None without TLS, and while an authority of our own has not made them."""
    if config.tls.mode == "files":
        return TlsFiles(config.tls.cert, config.tls.key)
    folder = config.data_folder / "tls"
    made = config.tls.mode == "self" and (folder / "server.pem").exists()
    names = (str(folder / name) for name in ("server.pem", "server.key", "authority.pem"))
    return TlsFiles(*names) if made else None


def tls_finding(config: Config, site: Site, now: datetime) -> Finding:
    """The line on encryption."""
    files = files_there(config)
    if files is not None:
        return certificate_finding(files, urlsplit(config.public_url).hostname, now)
    if config.tls.mode == "self":
        return ok("tls", "The first start makes an authority and a certificate.")
    if site.microphone:
        return ok("tls", "None here: the page is on this machine or behind a web server that encrypts.")
    remedy = "Use --tls self, a certificate, or a web server with one and CROMULENT_PUBLIC_URL."
    return warning("tls", "None: browsers of others get no microphone.", remedy)


def certificate_finding(files: TlsFiles, name: str | None, now: datetime) -> Finding:
    """The line on a certificate that is to be good for the host `name` (None: for whatever it names)."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)
        certificate = x509.load_pem_x509_certificates(Path(files.certificate).read_bytes())[0]
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "not PEM"
        found = f"{files.certificate} and its key cannot be used ({reason})."
        return failed("tls", found, "Name the certificate's chain and the key that belongs to it, both PEM.")
    names = _names(certificate)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    found = f"The certificate names {', '.join(names) or 'nothing'} and lasts until {ends:%Y-%m-%d}."
    if ends <= now:
        return failed("tls", found.replace("lasts until", "ended on"), "Renew it; the server takes it up by itself.")
    if begins > now:
        return failed("tls", f"{found} It is not valid before {begins:%Y-%m-%d %H:%M}.", "Look at the clock.")
    if name is not None and not any(_covers(one, name) for one in names):
        return failed("tls", found, f"Get one that names {name}, the host of CROMULENT_PUBLIC_URL.")
    return warning("tls", found, "Renew it soon.") if ends - now < SOON else ok("tls", found)


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in found if isinstance(name, (x509.DNSName, x509.IPAddress))]


def _covers(named: str, host: str) -> bool:
    """RFC 9525 §6.3: a star stands for one label, the first."""
    try:
        return ipaddress.ip_address(named) == ipaddress.ip_address(host)
    except ValueError:
        pass
    named, host = named.lower(), host.lower()
    return named == host or (named.startswith("*.") and named[1:] == f".{host.partition('.')[2]}")
