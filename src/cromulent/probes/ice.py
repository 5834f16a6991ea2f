"""The ICE servers of an instance tried as a whole: the provider asked anew, and every URL it gives."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from cromulent.probes.outcome import Outcome, UrlProbe
from cromulent.probes.relay import Patience, probe_url
from cromulent.voice import Failing, IceServer, IceServers, reason_of


@dataclass(frozen=True, slots=True)
class IceReport:
    """What was found. `failure` is why the provider gave nothing, as a part of a sentence; then nothing was tried."""

    provider: str
    failure: str | None
    probes: tuple[UrlProbe, ...]

    @property
    def works(self) -> bool:
        """Whether some relay passes packets on: a call needs one way, not all of them."""
        return any(probe.works for probe in self._relays)

    @property
    def sentence(self) -> str:
        """The whole of it for an administrator."""
        if self.failure is not None:
            return f"The ICE server provider {self.provider} gave nothing: {self.failure}."
        if not self._relays:
            return "No relay is handed out: people whose networks admit no direct path cannot hear each other."
        good = [probe for probe in self._relays if probe.works]
        bad = [probe for probe in self._relays if not probe.works]
        faults = "; ".join(f"by {probe.way}, {probe.said}" for probe in bad)
        if not good:
            return f"The relay does not work: {faults}. {self._remedy(bad[0])}"
        ways = " and ".join(dict.fromkeys(probe.way for probe in good))
        works = f"The relay works by {ways}: a packet went through it and came back."
        return f"{works} It does not work everywhere: {faults}. {self._remedy(bad[0])}" if bad else works

    def _remedy(self, bad: UrlProbe) -> str:
        if self.provider == "built-in" and bad.outcome is Outcome.UNREACHABLE:
            return (
                f"{bad.remedy} This was tried from the server: some routers do not let their own network in that way."
            )
        return bad.remedy

    @property
    def _relays(self) -> list[UrlProbe]:
        return [probe for probe in self.probes if probe.relays]


async def probe_servers(
    servers: Sequence[IceServer], tls: ssl.SSLContext | None = None, patience: Patience | None = None
) -> tuple[UrlProbe, ...]:
    """Try every URL, all at once. `tls` replaces the usual trust in certificates."""
    tried = [probe_url(url, server, tls, patience) for server in servers for url in server.urls]
    return tuple(await asyncio.gather(*tried))


class IceServersProbe:
    """Asks for what a page would get, past every cache, and tries it; one at a time."""

    def __init__(self, servers: IceServers, tls: ssl.SSLContext | None = None) -> None:
        self._servers = servers
        self._tls = tls
        self._turn = asyncio.Lock()

    @property
    def provider(self) -> str:
        """Who gives the servers, in the words of the configuration."""
        return self._servers.provider_name

    @property
    def failing(self) -> Failing | None:
        """Since when the provider gives nothing; None while it works."""
        return self._servers.failing

    async def run(self, user_id: str, host: str) -> IceReport:
        """Try what a page of this user, loaded from `host`, would get now."""
        async with self._turn:
            name = self.provider
            try:
                grant = await self._servers.ask_now(user_id, host)
            except Exception as error:  # a provider is somebody else's service: it may fail in any way
                return IceReport(name, reason_of(error), ())
            return IceReport(name, None, await probe_servers(grant.servers, self._tls))
