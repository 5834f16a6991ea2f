"""STUN and relay: what is handed out is had and tried, with a packet through every relay."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from datetime import datetime
from urllib.parse import urlsplit

from cromulent.cli.banner import Site
from cromulent.cli.doctor.findings import Finding, failed, ok, warning
from cromulent.config import Config
from cromulent.gateway import OwnPort
from cromulent.probes import UrlProbe, probe_servers, trusting_anybody
from cromulent.voice import Grant, Provider, reason_of
from cromulent.voice_bootstrap import provider_from

PROVIDER_SECONDS = 5.0
STARTING_SECONDS = 10.0
MOST_HOSTS = 8
_WHO = "doctor"


async def relay_findings(config: Config, own: OwnPort, site: Site, now: datetime) -> list[Finding]:
    """The lines on ICE servers, each URL one."""
    if config.turn.provider in ("built-in", "none"):
        return [*await _own_findings(own, now), *await _advertised(config, own, site, now)]
    return await provider_findings(config.turn.provider, provider_from(config), now)


async def _own_findings(own: OwnPort, now: datetime) -> list[Finding]:
    """What answers at our own port, asked from this machine."""
    if not own.number:
        return []
    if own.relay is not None:
        try:
            await asyncio.wait_for(own.relay.ready.wait(), STARTING_SECONDS)
        except TimeoutError:
            return [failed("relay", "Its process does not start.", "See what the server's log says of the relay.")]
    tried = await probe_servers(own.servers("", ()).grant("127.0.0.1", _WHO, now).servers, trusting_anybody())
    found = [_of_url(probe, "See what the server's log says of the relay.") for probe in tried]
    if own.relay is None:
        text = "None: people whose networks admit no direct path cannot hear each other."
        found.append(warning("relay", text, "Leave out --no-relay, or configure a provider."))
    return found


async def _advertised(config: Config, own: OwnPort, site: Site, now: datetime) -> list[Finding]:
    """What browsers are told of: the configured URLs, else our port at the hosts pages are loaded from."""
    if config.turn.urls or config.turn.stun_url:
        servers = own.servers(config.turn.stun_url, config.turn.urls).grant("localhost", _WHO, now).servers
        return [_as_seen_from_inside(f"{probe.url}: {probe.said}", probe) for probe in await probe_servers(servers)]
    if not own.number:
        return []
    hosts = _hosts(site)[:MOST_HOSTS]
    return list(await asyncio.gather(*(_at_host(host, own, now) for host in hosts)))


async def _at_host(host: str, own: OwnPort, now: datetime) -> Finding:
    name = host.strip("[]")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, own.number, type=socket.SOCK_DGRAM)
    except OSError:
        return failed("address", f"The name {name} leads nowhere.", "Correct CROMULENT_PUBLIC_URL, or the name's DNS.")
    addresses = sorted({str(entry[4][0]) for entry in found})
    where = name if addresses == [name] else f"{name} ({', '.join(addresses)})"
    tried = await probe_servers(own.servers("", ()).grant(host, _WHO, now).servers, trusting_anybody())
    bad = next((probe for probe in tried if not probe.works), None)
    if bad is None:
        reach = "" if any(_is_public(address) for address in addresses) else ", from inside its network"
        return ok("address", f"Pages from {where} are told of port {own.number} there, which answers{reach}.")
    return _as_seen_from_inside(f"{where}, port {own.number} by {bad.way}: {bad.said}", bad)


def _as_seen_from_inside(found: str, probe: UrlProbe) -> Finding:
    if probe.works:
        return ok("address", f"{found}.")
    remedy = (
        "Open the port in the router and the firewall. Many routers do not let their own network in by the outside "
        "address: then look from outside."
    )
    return warning("address", f"{found}.", remedy)


async def provider_findings(
    name: str, provider: Provider, now: datetime, patience_seconds: float = PROVIDER_SECONDS
) -> list[Finding]:
    """The lines on a provider: a grant, and every URL in it. `name` is the operator's word for it."""
    try:
        async with asyncio.timeout(patience_seconds):
            grant = await provider.servers(_WHO, now)
    except Exception as error:  # a provider is somebody else's service: it may fail in any way
        remedy = (
            "Compare CROMULENT_TURN_ACCOUNT and CROMULENT_TURN_SECRET with the provider's page, and see its status."
        )
        return [failed("provider", f"{name} gave nothing: {reason_of(error)}.", remedy)]
    tried = await probe_servers(grant.servers)
    found = [_granted(name, grant), *(_of_url(probe) for probe in tried)]
    if not any(probe.relays for probe in tried):
        remedy = "Add a turn: URL: without, calls between some networks fail."
        found.append(warning("relay", "There is none among these servers.", remedy))
    return found


def _granted(name: str, grant: Grant) -> Finding:
    urls = sum(len(server.urls) for server in grant.servers)
    return ok("provider", f"{name} gave {urls} URLs, good for {_spoken_life(grant.life_seconds)}.")


def _spoken_life(seconds: float | None) -> str:
    if seconds is None:
        return "ever"
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.0f} s"


def _of_url(probe: UrlProbe, remedy: str = "") -> Finding:
    check = f"{'relay' if probe.relays else 'stun'} {probe.way.lower()}"
    text = f"{probe.url}: {probe.said}."
    return ok(check, text) if probe.works else failed(check, text, remedy or probe.remedy)


def _hosts(site: Site) -> list[str]:
    """Hosts of the pages, as URLs spell them."""
    return list(dict.fromkeys(_spelled(urlsplit(url).hostname or "") for url in (site.url, *site.others)))


def _spelled(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global
