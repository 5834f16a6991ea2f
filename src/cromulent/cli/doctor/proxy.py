"""What stands in front: whether the public address leads here, WebSockets included, and what a proxy must allow."""

from __future__ import annotations

import ssl
from contextlib import suppress

import httpx2
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from cromulent.cli.doctor.certificate import files_there
from cromulent.cli.doctor.findings import Finding, advice, ok, warning
from cromulent.config import Config
from cromulent.gateway import GatewayLimits

ANSWER_SECONDS = 5.0


class _Instance(msgspec.Struct, frozen=True):
    id: str


class _First(msgspec.Struct, frozen=True):
    op: str


async def proxy_findings(config: Config, instance_id: str | None) -> list[Finding]:
    """The lines on the public address. `instance_id` is that of the running server; without one nothing can be asked."""
    if not config.public_url:
        return []
    trust = _trust(config)
    asked = [] if instance_id is None else [await _page(config.public_url, instance_id, trust)]
    if asked and asked[0].outcome == "ok":
        asked.append(await _gateway(config.public_url, trust))
    return [*asked, _time_outs(), *_headers(config)]


def _trust(config: Config) -> ssl.SSLContext:
    """Public authorities, and with `--tls self` our own, of which browsers warn until they are told."""
    context, files = ssl.create_default_context(), files_there(config)
    if files is not None and files.authority is not None:
        with suppress(OSError):  # that a file cannot be used says the check of TLS
            context.load_verify_locations(files.authority)
    return context


async def _page(url: str, instance_id: str, trust: ssl.SSLContext) -> Finding:
    from_inside = "Look from outside too: many routers do not let their own network in by the outside address."
    try:
        async with httpx2.AsyncClient(verify=trust, trust_env=False, timeout=ANSWER_SECONDS) as client:
            answer = await client.get(f"{url}/api/v1/instance")
    except httpx2.HTTPError as error:
        doubt = _doubt_of(error)
        if doubt is not None:
            found = f"{url} shows a certificate that is not trusted here ({doubt})."
            return warning(
                "public url", found, "Browsers warn of it too: get one that names that host, with its chain."
            )
        reason = str(error) or type(error).__name__
        return warning("public url", f"{url} is not reached from here ({reason}).", from_inside)
    try:
        found = msgspec.json.decode(answer.content, type=_Instance).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = f"{url} answers {answer.status_code} with something else than this program."
        return warning("public url", text, "Have the web server there pass everything on to this one.")
    if found != instance_id:
        return warning("public url", f"{url} leads to another instance.", "Correct CROMULENT_PUBLIC_URL, or the proxy.")
    return ok("public url", f"{url} leads here.")


def _doubt_of(error: BaseException | None) -> str | None:
    """What is wrong with the certificate, where that is why."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return None if error is None else error.verify_message


async def _gateway(url: str, trust: ssl.SSLContext) -> Finding:
    remedy = "Have the proxy pass on WebSocket upgrades (nginx: proxy_http_version 1.1, Upgrade and Connection)."
    try:
        at = f"ws{url.removeprefix('http')}/gateway"
        encrypted = trust if at.startswith("wss:") else None
        async with connect(at, ssl=encrypted, proxy=None, open_timeout=ANSWER_SECONDS) as socket:
            first = msgspec.json.decode(await socket.recv(), type=_First)
    except InvalidStatus as error:
        return warning("websocket", f"{url}/gateway answers {error.response.status_code}.", remedy)
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError) as error:
        return warning("websocket", f"{url}/gateway does not open ({type(error).__name__}).", remedy)
    if first.op != "hello":
        return warning("websocket", f"{url}/gateway is not ours.", remedy)
    return ok("websocket", f"{url}/gateway opens.")


def _time_outs() -> Finding:
    """Not tried: who does not identify themselves is sent away before the first ping."""
    ping, silence = GatewayLimits().ping_seconds, GatewayLimits().silence_seconds
    return advice(
        "time-outs",
        f"A proxy must keep a WebSocket on which nothing was said for {ping:.0f} s (the server pings as often); "
        f"set its idle time-out to {silence:.0f} s or more (nginx: proxy_read_timeout).",
    )


def _headers(config: Config) -> list[Finding]:
    if config.trusted_proxies:
        return [ok("proxy", f"The headers of {config.trusted_proxies} are believed.")]
    text = "CROMULENT_TRUSTED_PROXIES is empty: behind a proxy everybody counts as one address, for failed logins too."
    return [warning("proxy", text, "Name the proxy's address there, if one stands in front.")]
