"""What `serve` prints when it is ready: where it is, the links to get in, and what will not work."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from cromulent.cli.addresses import own_addresses
from cromulent.cli.tls import TlsFiles
from cromulent.config import Config

_ANY = {"0.0.0.0", "::", ""}  # noqa: S104 - recognised, not listened on


@dataclass(frozen=True, slots=True)
class Site:
    """How the instance is reached: the URL links are made with, and more it answers on."""

    url: str
    others: Sequence[str]
    microphone: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """The lines on standard output."""

    site: Site
    links: Sequence[str]
    tls: TlsFiles | None
    voice: Sequence[str] = ()

    def print(self) -> None:
        """Print them at once, also into a pipe."""
        print("\n".join(self.lines()), flush=True)

    def lines(self) -> list[str]:
        """The URL; then each link on a line of its own under a sentence; then hints."""
        lines = [f"Cromulent runs at {self.site.url}", *(f"            and at {other}" for other in self.site.others)]
        if any(link.startswith("/setup") for link in self.links):
            lines.append("Nobody has an account yet. Whoever opens this link becomes the administrator:")
        elif self.links:
            lines.append("Open these links in two different browsers to try a call with yourself:")
        lines += [self.site.url + link for link in self.links]
        return [*lines, *self._hints(), *self.voice]

    def _hints(self) -> list[str]:
        hints: list[str] = []
        if not self.site.microphone:
            hints.append(
                "Without TLS, browsers give a microphone only to localhost. For others use --tls self or a certificate."
            )
        if self.tls is not None and self.tls.authority is not None:
            hints.append(f"Browsers warn until they trust the authority in {self.tls.authority}.")
        return hints


def site_of(config: Config, port: int) -> Site:
    """Where people find an instance that listens as `config` says, on `port`."""
    encrypted = config.tls.mode != "off" or config.public_url.startswith("https:")
    scheme = "https" if config.tls.mode != "off" else "http"
    if config.public_url:
        return Site(config.public_url, [], microphone=encrypted)
    if config.host not in _ANY:
        return Site(_url(scheme, _name_of(config.host), port), [], encrypted or _is_loopback(config.host))
    others = [_url(scheme, address, port) for address in own_addresses()]
    return Site(_url(scheme, "localhost", port), others, encrypted or not others)


def _url(scheme: str, host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" if port == {"http": 80, "https": 443}[scheme] else f"{scheme}://{host}:{port}"


def _name_of(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "::1") else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
