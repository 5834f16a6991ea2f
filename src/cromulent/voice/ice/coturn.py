"""coturn with time-limited credentials made from a shared secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from cromulent.relay import CREDENTIAL_LIFE_SECONDS, RestCredentials
from cromulent.voice.ice.provider import Grant
from cromulent.voice.ice.urls import IceUrl
from cromulent.voice.model import IceServer


class CoturnProvider:
    """`urls` as the operator gave them (see `coturn_urls`); `secret` is coturn's `static-auth-secret`."""

    name = "coturn"

    def __init__(self, urls: Iterable[str], secret: str, *, life_seconds: int = CREDENTIAL_LIFE_SECONDS) -> None:
        self._urls = coturn_urls(urls)
        self._credentials = RestCredentials(secret.encode(), life_seconds)

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`."""
        return relay_grant(self._urls, self._credentials, user_id, now)


def relay_grant(urls: Sequence[str], credentials: RestCredentials, user_id: str, now: datetime) -> Grant:
    """One user's way to a relay that shares a secret with us: its STUN without credentials, its TURN with them."""
    stun = tuple(url for url in urls if url.startswith("stun"))
    turn = tuple(url for url in urls if url.startswith("turn"))
    servers: list[IceServer] = [IceServer(stun)] if stun else []
    if not turn:
        return Grant(tuple(servers), None)
    username, life_seconds = credentials.issue(user_id, now)
    servers.append(IceServer(turn, username, credentials.credential(username)))
    return Grant(tuple(servers), life_seconds)


def coturn_urls(given: Iterable[str]) -> Sequence[str]:
    """The URLs a browser gets, in the order it should try them. Raises ValueError for what is not such a URL.

    A `turn:` URL (or a bare host) without a transport stands for UDP and TCP; when no `stun:` URL is given the first
    `turn:` host answers STUN too. `turns:` is used only where it is given: not every relay has a certificate.
    """
    urls: list[IceUrl] = []
    for text in given:
        url = IceUrl.parse(text.strip()) or IceUrl.parse(f"turn:{text.strip()}")
        if url is None:
            raise ValueError(f"{text!r} is not a TURN URL such as turn:turn.example.org:3478")
        transports = {"stun": [""], "stuns": [""], "turns": ["tcp"]}.get(url.scheme, ["udp", "tcp"])
        urls += [replace(url, transport=one) for one in ([url.transport] if url.transport else transports)]
    if not any(url.is_stun for url in urls):
        urls += [replace(url, scheme="stun", transport="") for url in urls if url.scheme == "turn"][:1]
    return [str(url) for url in sorted(dict.fromkeys(urls), key=lambda url: url.place)]
