"""The ports: those of a running server answer, those of one that is to start are free."""

from __future__ import annotations

import httpx2

from cromulent.cli.doctor.findings import Finding, failed, ok, warning
from cromulent.cli.listening import listen
from cromulent.cli.refusal import Refusal
from cromulent.cli.voice_port import Surroundings, VoicePort, warning_of
from cromulent.config import Config
from cromulent.gateway import OwnPort

ANSWER_SECONDS = 5.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - recognised, not listened on


async def page_finding(config: Config, listening: int | None) -> Finding:
    """The line on the page's TCP port, `listening` where a server runs."""
    if listening is None:
        return _free(config)
    scheme = "http" if config.tls.mode == "off" else "https"
    host = _ANYWHERE.get(config.host, f"[{config.host}]" if ":" in config.host else config.host)
    try:  # who it is says another check; the certificate need not name this address
        async with httpx2.AsyncClient(verify=False, trust_env=False, timeout=ANSWER_SECONDS) as client:
            answer = await client.get(f"{scheme}://{host}:{listening}/readyz")
    except httpx2.HTTPError as error:
        found = f"Nothing answers at {host}, port {listening} ({type(error).__name__})."
        return failed("http", found, "Restart the server.")
    if answer.status_code != 200:
        return failed("http", f"Port {listening} answers {answer.status_code}: not ready.", "See the database below.")
    return ok("http", f"Port {listening} answers, and the server can work.")


def _free(config: Config) -> Finding:
    try:
        for socket in listen(config.host, config.port):
            socket.close()
    except Refusal as refusal:
        return failed("http", str(refusal), "End what holds it, if it is not to be another.")
    return ok("http", f"Port {config.port} on {config.host} is free.")


def own_port_findings(config: Config, own: OwnPort, surroundings: Surroundings) -> list[Finding]:
    """The lines on the port of STUN and the relay, and on who gets to it at all."""
    if not config.stun_port:
        text = "No port of our own for STUN and relay."
        if config.turn.provider in ("built-in", "none"):
            return [warning("voice port", text, "Remove CROMULENT_STUN_PORT=0, or calls work in one network only.")]
        return [ok("voice port", text)]
    if not own.number:
        found = f"UDP port {config.stun_port} is taken: there is no STUN and no relay."
        return [failed("voice port", found, "End what holds it (another coturn?) and restart, or choose --stun-port.")]
    port = voice_port_of(own)
    if port.relay and not port.tcp:
        found = f"TCP port {port.number} is taken: the relay is reached by UDP only."
        first = warning("voice port", found, "End what holds it and restart: some networks let no UDP out.")
    else:
        spoken = ", ".join(["UDP", *(["TCP"] if port.tcp else []), *(["TLS"] if port.tls else [])])
        first = ok("voice port", f"Port {port.number} is open here, by {spoken}.")
    unreachable = warning_of(port, surroundings)
    return [first, *([warning("surroundings", unreachable, "")] if unreachable else [])]


def voice_port_of(own: OwnPort) -> VoicePort:
    """What answers at our own port."""
    if own.relay is None:
        return VoicePort(own.number, relay=False)
    return VoicePort(own.number, relay=True, tcp=bool(own.relay.ports.listeners), tls=own.relay.tls is not None)
