"""From what an operator has configured to a provider."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import msgspec

from cromulent.relay import CREDENTIAL_LIFE_SECONDS
from cromulent.voice.ice.coturn import CoturnProvider
from cromulent.voice.ice.hosted import Account, CloudflareProvider, MeteredProvider, TwilioProvider
from cromulent.voice.ice.provider import NoProvider, Provider, StaticProvider
from cromulent.voice.model import IceServer

ProviderName = Literal["built-in", "none", "static", "coturn", "metered", "cloudflare", "twilio"]
_HOSTED = {hosted.name: hosted for hosted in (MeteredProvider, CloudflareProvider, TwilioProvider)}
_APP = re.compile(r"[A-Za-z0-9-]{1,63}")
_SCHEMES = ("stun:", "stuns:", "turn:", "turns:")


@dataclass(frozen=True, slots=True)
class IceSettings:
    """The operator's words. `urls` and `secret` are for coturn, `ice_servers` (JSON, the browser's shape) for a static list.

    A static list may also be given as `urls` with one `username` and `credential` for all of them. `account` and `secret` are
    what a hosted provider knows the operator by.

    `built-in` and `none` need no provider: what the instance itself gives is what is left without one.
    """

    provider: ProviderName = "none"
    account: str = ""
    urls: tuple[str, ...] = ()
    secret: str = ""
    life_seconds: int = CREDENTIAL_LIFE_SECONDS
    ice_servers: str = ""
    username: str = ""
    credential: str = ""


class _Listed(msgspec.Struct, frozen=True):
    urls: str | list[str]
    username: str | None = None
    credential: str | None = None


def provider_of(settings: IceSettings) -> Provider:
    """The provider. Raises ValueError, with a sentence for the operator, when it cannot work as configured."""
    if settings.provider == "coturn":
        if not settings.secret or not settings.urls:
            raise ValueError("The ICE server provider `coturn` needs the relay's URL and its secret.")
        return CoturnProvider(settings.urls, settings.secret, life_seconds=settings.life_seconds)
    if settings.provider == "static":
        return StaticProvider(static_servers(settings))
    if hosted := _HOSTED.get(settings.provider):
        return hosted(_account(settings))
    return NoProvider()


def _account(settings: IceSettings) -> Account:
    name = settings.account.strip().removesuffix(".metered.live")
    if not name or not settings.secret:
        raise ValueError(f"The ICE server provider `{settings.provider}` needs the account and its secret.")
    if not _APP.fullmatch(name):
        raise ValueError(
            f"{settings.account!r} is not an account of `{settings.provider}`: letters, digits and hyphens."
        )
    return Account(name, settings.secret, settings.life_seconds)


def static_servers(settings: IceSettings) -> list[IceServer]:
    """The servers of a static list. Raises ValueError."""
    if settings.ice_servers:
        servers = _from_json(settings.ice_servers)
    else:
        username, credential = settings.username or None, settings.credential or None
        servers = [IceServer((url,), username, credential) for url in settings.urls]
    if not servers:
        raise ValueError("The ICE server provider `static` has no servers to hand out.")
    for server in servers:
        for url in server.urls:
            if not url.startswith(_SCHEMES):
                raise ValueError(
                    f"{url!r} is not the URL of an ICE server: it begins with stun:, stuns:, turn: or turns:."
                )
    return [_without_needless_credentials(server) for server in servers]


def _from_json(text: str) -> list[IceServer]:
    try:
        listed = msgspec.json.decode(text, type=list[_Listed])
    except msgspec.DecodeError as error:
        raise ValueError(f"The list of ICE servers is not what a browser takes: {error}") from None
    return [IceServer(_urls(one), one.username, one.credential) for one in listed]


def _urls(listed: _Listed) -> tuple[str, ...]:
    return (listed.urls,) if isinstance(listed.urls, str) else tuple(listed.urls)


def _without_needless_credentials(server: IceServer) -> IceServer:
    """A STUN server asks for none, and what is not handed out cannot leak."""
    if all(url.startswith("stun") for url in server.urls):
        return IceServer(server.urls)
    return server
