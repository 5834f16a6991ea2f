"""TLS: which files to serve with, the names their certificate must cover, and taking up a renewed one without a restart."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from cromulent.cli.addresses import own_addresses
from cromulent.config import Config

log = structlog.get_logger(__name__)
RELOAD_SECONDS = 6 * 3600.0


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


def take_up(context: ssl.SSLContext, config: Config, folder: Path) -> None:
    """Have connections from now on see the certificate as it is in the files now; a file that cannot be used changes nothing."""
    try:
        files = tls_files(config, folder)
        if files is not None:
            context.load_cert_chain(files.certificate, files.key)
    except (OSError, ssl.SSLError) as error:
        log.warning("certificate_not_reloaded", error=str(error))


async def keep_fresh(context: ssl.SSLContext, config: Config, folder: Path) -> None:
    """Look at the certificate again and again, for ever: whoever renews the files need not restart the server."""
    while True:
        await asyncio.sleep(RELOAD_SECONDS)
        take_up(context, config, folder)


def _names(config: Config) -> frozenset[str]:
    host = socket.gethostname()
    names = {"localhost", "127.0.0.1", "::1", host, f"{host.partition('.')[0]}.local", *own_addresses()}
    if config.public_url:
        names.add(urlsplit(config.public_url).hostname or "localhost")
    return frozenset(names | {config.host} - {"0.0.0.0", "::"})  # noqa: S104 - left out, not listened on
