"""The instance's own STUN server as an ICE server: at the host the page was loaded from, unless configured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cromulent.voice.ice.provider import Grant
from cromulent.voice.model import IceServer

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
STUN_PORT = 3478


@dataclass(frozen=True, slots=True)
class OwnStun:
    """`port` is the UDP port that answers, 0 when none does; `url` replaces what would be derived from the page's host."""

    port: int = STUN_PORT
    url: str = ""

    @property
    def relays(self) -> bool:
        """STUN alone relays nothing."""
        return False

    def grant(self, host: str, user_id: str, now: datetime) -> Grant:
        """See `OwnServers`: the same for everybody, for ever."""
        return Grant(self.servers(host), None)

    def servers(self, host: str) -> tuple[IceServer, ...]:
        """The STUN server for a page loaded from `host` (a name, an IPv4 address or a bracketed IPv6 one), if there is one."""
        if self.url:
            return (IceServer((self.url,)),)
        if not self.port or not _HOST.fullmatch(host):
            return ()
        return (IceServer((f"stun:{host}:{self.port}",)),)


def host_of(header: str) -> str:
    """The host in a `Host` header, without the port; empty when it is not one."""
    host = re.sub(r":\d*$", "", header.strip())
    return host if _HOST.fullmatch(host) else ""
