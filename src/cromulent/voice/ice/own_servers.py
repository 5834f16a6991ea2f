"""What the instance itself gives where no provider does: its own STUN, and its own relay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cromulent.relay import RestCredentials
from cromulent.voice.ice.coturn import coturn_urls, relay_grant
from cromulent.voice.ice.own_stun import OwnStun
from cromulent.voice.ice.provider import Grant


class OwnServers(Protocol):
    """The instance as an ICE server."""

    @property
    def relays(self) -> bool:
        """Whether there is a relay among them."""
        ...

    def grant(self, host: str, user_id: str, now: datetime) -> Grant:
        """What a user gets whose page was loaded from `host`; empty where that is no host."""
        ...


@dataclass(frozen=True, slots=True)
class BuiltInRelay:
    """The relay in the port that answers STUN. `tcp` and `tls` say what else that port speaks.

    `urls` replaces what would be derived from the page's host, in the form `coturn_urls` takes.
    """

    stun: OwnStun
    credentials: RestCredentials
    tcp: bool = True
    tls: bool = False
    urls: tuple[str, ...] = ()

    relays = True

    def grant(self, host: str, user_id: str, now: datetime) -> Grant:
        """See `OwnServers`."""
        stun = [url for server in self.stun.servers(host) for url in server.urls]
        if not stun and not self.urls:
            return Grant((), None)
        return relay_grant(coturn_urls([*stun, *self._turn_urls(host)]), self.credentials, user_id, now)

    def _turn_urls(self, host: str) -> Iterable[str]:
        if self.urls:
            return self.urls
        address = f"{host}:{self.stun.port}"
        kinds = [(True, f"turn:{address}?transport=udp"), (self.tcp, f"turn:{address}?transport=tcp")]
        kinds.append((self.tcp and self.tls, f"turns:{address}?transport=tcp"))
        return [url for spoken, url in kinds if spoken]
