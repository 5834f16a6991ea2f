"""ICE servers of hosted relays: Metered, Cloudflare and Twilio. The account's secret is sent to them and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from cromulent.voice.ice.provider import Grant
from cromulent.voice.ice.urls import IceUrl
from cromulent.voice.model import IceServer

MAX_ANSWER_BYTES = 64 * 1024
MAX_LISTED_SERVERS = 32
MAX_CREDENTIAL_LENGTH = 1_024
CLOUDFLARE_MAX_LIFE_SECONDS = 48 * 3600
TWILIO_MAX_LIFE_SECONDS = 24 * 3600
_WEB_PORT = 443
_BLOCKED_BY_BROWSERS = 53
Answer = TypeVar("Answer")


class ProviderFailed(Exception):
    """A provider did not give what it was asked for; the text names no address and no secret."""


class ListedServer(msgspec.Struct, frozen=True):
    """A server as the providers list it: in the browser's words, `urls` one or many."""

    urls: str | list[str]
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """With a provider: `name` is Metered's app, Cloudflare's key id or Twilio's account SID; `secret` proves it is ours.

    `life_seconds` is asked for; `api` replaces the provider's address, for tests.
    """

    name: str
    secret: str
    life_seconds: int
    api: str = ""


class MeteredProvider:
    """Source: metered.ca/docs/turn-rest-api, "Create Credential" and "Get ICE servers"."""

    name = "metered"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._api = account.api or f"https://{account.name}.metered.live"

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`. Without `expiryInSeconds` the credential would never expire."""
        made = await _ask(
            httpx2.Request(
                "POST",
                f"{self._api}/api/v1/turn/credential",
                params={"secretKey": self._account.secret},
                json={"expiryInSeconds": self._account.life_seconds, "label": "cromulent"},
            ),
            _MeteredCredential,
        )
        listing = httpx2.Request("GET", f"{self._api}/api/v1/turn/credentials", params={"apiKey": made.api_key})
        return _grant(await _ask(listing, list[ListedServer]), self._account.life_seconds)


class CloudflareProvider:
    """Source: developers.cloudflare.com/realtime/turn/generate-credentials."""

    name = "cloudflare"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._url = (
            f"{account.api or 'https://rtc.live.cloudflare.com'}"
            f"/v1/turn/keys/{quote(account.name, safe='')}/credentials/generate-ice-servers"
        )

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`. An older form of the answer is one server instead of a list."""
        life = min(self._account.life_seconds, CLOUDFLARE_MAX_LIFE_SECONDS)
        headers = {"Authorization": f"Bearer {self._account.secret}"}
        answer = await _ask(httpx2.Request("POST", self._url, headers=headers, json={"ttl": life}), _CloudflareAnswer)
        listed = answer.ice_servers if isinstance(answer.ice_servers, list) else [answer.ice_servers]
        return _grant(listed, life)


class TwilioProvider:
    """Source: twilio.com/docs/stun-turn/api."""

    name = "twilio"

    def __init__(self, account: Account) -> None:
        self._account = account
        self._url = (
            f"{account.api or 'https://api.twilio.com'}/2010-04-01/Accounts/{quote(account.name, safe='')}/Tokens.json"
        )

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`. The life in the answer is a string."""
        life = min(self._account.life_seconds, TWILIO_MAX_LIFE_SECONDS)
        request = httpx2.Request("POST", self._url, data={"Ttl": str(life)})
        auth = httpx2.BasicAuth(self._account.name, self._account.secret)
        answer = await _ask(request, _TwilioAnswer, auth)
        if not answer.ttl.isascii() or not answer.ttl.isdigit():
            raise ProviderFailed("it answered with a life that is not a number")
        return _grant(answer.ice_servers, int(answer.ttl))


class _MeteredCredential(msgspec.Struct, frozen=True, rename={"api_key": "apiKey"}):
    api_key: str


class _CloudflareAnswer(msgspec.Struct, frozen=True, rename={"ice_servers": "iceServers"}):
    ice_servers: list[ListedServer] | ListedServer


class _TwilioAnswer(msgspec.Struct, frozen=True):
    ice_servers: list[ListedServer]
    ttl: str


async def _ask(request: httpx2.Request, answer: type[Answer], auth: httpx2.Auth | None = None) -> Answer:
    """Send a request and read an answer of that shape; the time it may take is the caller's. Raises `ProviderFailed`."""
    try:
        async with httpx2.AsyncClient(timeout=None) as client:  # IceServers gives a provider 5 s in all
            response = await client.send(request, auth=auth, stream=True)
            body = await _body(response)
    except httpx2.HTTPError as error:
        raise ProviderFailed(f"it cannot be reached ({type(error).__name__})") from None
    if not response.is_success:
        raise ProviderFailed(f"it answered {response.status_code}")
    try:
        return msgspec.json.decode(body, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProviderFailed("its answer is not the list of servers it is known for") from None


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderFailed("its answer is far too long")
    return bytes(body)


def _grant(listed: Iterable[ListedServer], life_seconds: int) -> Grant:
    """What browsers are given of a list. Raises `ProviderFailed` when there is no relay with a credential in it."""
    urls: dict[tuple[str | None, str | None], list[IceUrl]] = {}
    for server in list(listed)[:MAX_LISTED_SERVERS]:
        for text in [server.urls] if isinstance(server.urls, str) else server.urls:
            url = IceUrl.parse(text)
            if url is None or url.port == _BLOCKED_BY_BROWSERS:
                continue
            owner = (None, None) if url.is_stun else (server.username, server.credential)
            urls.setdefault(owner, []).append(url)
    relays = {owner: found for owner, found in urls.items() if _usable(owner)}
    if not relays:
        raise ProviderFailed("there is no relay with a credential in its list")
    (username, credential), turn = next(iter(relays.items()))
    servers = [IceServer(_chosen(urls.get((None, None), [])[:1])), IceServer(_chosen(turn), username, credential)]
    return Grant(tuple(server for server in servers if server.urls), life_seconds)


def _usable(owner: tuple[str | None, str | None]) -> bool:
    return all(0 < len(word or "") <= MAX_CREDENTIAL_LENGTH for word in owner)


def _chosen(urls: Iterable[IceUrl]) -> tuple[str, ...]:
    """One URL of each kind, because every connection makes an allocation per URL: over TCP the port no firewall closes."""
    best: dict[int, IceUrl] = {}
    for url in urls:
        known = best.get(url.place)
        if known is None or (url.place > 1 and url.port == _WEB_PORT and known.port != _WEB_PORT):
            best[url.place] = url
    return tuple(str(best[place]) for place in sorted(best))
