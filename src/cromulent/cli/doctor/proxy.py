"""What stands in front: whether the public address leads here, WebSockets included, and what a proxy must allow."""

from __future__ import annotations

import httpx2
import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from cromulent.cli.doctor.findings import Finding, ok, warning
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
    asked = [] if instance_id is None else [await _page(config.public_url, instance_id)]
    if asked and asked[0].outcome == "ok":
        asked.append(await _gateway(config.public_url))
    return [*asked, _time_outs(), *_headers(config)]


async def _page(url: str, instance_id: str) -> Finding:
    from_inside = "Look from outside too: many routers do not let their own network in by the outside address."
    try:
        async with httpx2.AsyncClient(timeout=ANSWER_SECONDS) as client:
            answer = await client.get(f"{url}/api/v1/instance")
    except httpx2.HTTPError as error:
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


async def _gateway(url: str) -> Finding:
    remedy = "Have the proxy pass on WebSocket upgrades (nginx: proxy_http_version 1.1, Upgrade and Connection)."
    try:
        async with connect(f"ws{url.removeprefix('http')}/gateway", open_timeout=ANSWER_SECONDS) as socket:
            first = msgspec.json.decode(await socket.recv(), type=_First)
    except InvalidStatus as error:
        return warning("websocket", f"{url}/gateway answers {error.response.status_code}.", remedy)
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError) as error:
        return warning("websocket", f"{url}/gateway does not open ({type(error).__name__}).", remedy)
    if first.op != "hello":
        return warning("websocket", f"{url}/gateway is not ours.", remedy)
    return ok("websocket", f"{url}/gateway opens.")


def _time_outs() -> Finding:
    ping, silence = GatewayLimits().ping_seconds, GatewayLimits().silence_seconds
    return ok(
        "time-outs",
        f"A proxy must keep a WebSocket on which nothing was said for {ping:.0f} s (the server pings as often); "
        f"set its idle time-out to {silence:.0f} s or more (nginx: proxy_read_timeout).",
    )


def _headers(config: Config) -> list[Finding]:
    if config.trusted_proxies:
        return [ok("proxy", f"The headers of {config.trusted_proxies} are believed.")]
    text = "CROMULENT_TRUSTED_PROXIES is empty: behind a proxy everybody counts as one address, for failed logins too."
    return [warning("proxy", text, "Name the proxy's address there, if one stands in front.")]
