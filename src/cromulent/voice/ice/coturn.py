"""coturn with time-limited credentials made from a shared secret.

Source: draft-uberti-behave-turn-rest-00, which coturn implements as `use-auth-secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cromulent.voice.ice.provider import Grant
from cromulent.voice.model import IceServer

LIFE_SECONDS = 6 * 3600
_URL = re.compile(
    r"(?:(?P<scheme>stuns?|turns?):)?(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)


class CoturnProvider:
    """`urls` as the operator gave them (see `coturn_urls`); `secret` is coturn's `static-auth-secret`."""

    name = "coturn"

    def __init__(self, urls: Iterable[str], secret: str, *, life_seconds: int = LIFE_SECONDS) -> None:
        listed = coturn_urls(urls)
        self._stun = tuple(url for url in listed if url.startswith("stun"))
        self._turn = tuple(url for url in listed if url.startswith("turn"))
        self._secret = secret.encode()
        self._life = life_seconds

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`. The expiry is rounded down to `min(10 min, life / 10)`: joins of one user share credentials for a while."""
        step = min(600, self._life // 10)
        expires_at = int(now.timestamp() + self._life) // step * step
        username = f"{expires_at}:{self._opaque(user_id)}"
        servers: list[IceServer] = [IceServer(self._stun)] if self._stun else []
        if self._turn:
            servers.append(IceServer(self._turn, username, self._credential(username)))
        return Grant(tuple(servers), expires_at - now.timestamp())

    def _credential(self, username: str) -> str:
        return base64.b64encode(hmac.digest(self._secret, username.encode(), hashlib.sha1)).decode()

    def _opaque(self, user_id: str) -> str:
        """What the relay knows a user by: always the same, so that its quotas hold, and nothing else can be read from it."""
        return hmac.digest(self._secret, b"opaque user id " + user_id.encode(), hashlib.sha256).hex()[:20]


@dataclass(frozen=True, slots=True)
class _Url:
    scheme: str
    address: str
    transport: str

    @property
    def place(self) -> int:
        """stun, turn by UDP, turn by TCP, turns: what connects fastest comes first, what passes everywhere last."""
        order = [
            self.scheme.startswith("stun"),
            (self.scheme, self.transport) == ("turn", "udp"),
            self.scheme == "turn",
        ]
        return order.index(True) if True in order else len(order)

    def __str__(self) -> str:
        query = f"?transport={self.transport}" if self.transport else ""
        return f"{self.scheme}:{self.address}{query}"


def coturn_urls(given: Iterable[str]) -> Sequence[str]:
    """The URLs a browser gets, in the order it should try them. Raises ValueError for what is not such a URL.

    A `turn:` URL (or a bare host) without a transport stands for UDP and TCP; when no `stun:` URL is given the first
    `turn:` host answers STUN too. `turns:` is used only where it is given: not every relay has a certificate.
    """
    urls: list[_Url] = []
    for text in given:
        match = _URL.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a TURN URL such as turn:turn.example.org:3478")
        scheme = match["scheme"] or "turn"
        address = match["host"] + (f":{match['port']}" if match["port"] else "")
        transports = {"stun": [""], "stuns": [""], "turns": ["tcp"]}.get(scheme, ["udp", "tcp"])
        urls += [_Url(scheme, address, one) for one in ([match["transport"]] if match["transport"] else transports)]
    if not any(url.scheme.startswith("stun") for url in urls):
        urls += [_Url("stun", url.address, "") for url in urls if url.scheme == "turn"][:1]
    ordered = sorted(dict.fromkeys(urls), key=lambda url: url.place)
    return [str(url) for url in ordered]
