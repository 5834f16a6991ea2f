"""TLS: which files to serve with, and the names their certificate must cover."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cromulent.cli.addresses import own_addresses
from cromulent.config import Config


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files. `authority` is the certificate to be trusted by hand, where it is our own."""

    certificate: str
    key: str
    authority: str | None = None


def tls_files(config: Config, folder: Path) -> TlsFiles | None:
    """The files to serve with, None without TLS. With `self` they are made, or renewed when they end soon or fit no more."""
    if config.tls.mode == "files":
        return TlsFiles(config.tls.cert, config.tls.key)
    if config.tls.mode == "self":
        from cromulent.cli.certificates import own_certificate

        return own_certificate(folder / "tls", _names(config), datetime.now(UTC))
    return None


def _names(config: Config) -> frozenset[str]:
    host = socket.gethostname()
    names = {"localhost", "127.0.0.1", "::1", host, f"{host.partition('.')[0]}.local", *own_addresses()}
    if config.public_url:
        names.add(urlsplit(config.public_url).hostname or "localhost")
    return frozenset(names | {config.host} - {"0.0.0.0", "::"})  # noqa: S104 - left out, not listened on
