"""What `serve` says of voice at the start: what people are told of, what the router must let in, and what will not work."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cromulent.cli.addresses import outgoing_address

_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")
"""RFC 6598."""
_BRIDGE = ipaddress.ip_network("172.17.0.0/16")
"""Docker's own; the networks that are made for a project come after it."""
_BRIDGES = ipaddress.ip_network("172.16.0.0/12")
_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True, slots=True)
class VoicePort:
    """What answers at the instance's own port; `number` 0: nothing."""

    number: int
    relay: bool
    tcp: bool = False
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the machine stands: the address its packets leave from (None without a network), and whether it is a container."""

    address: str | None
    container: bool

    @classmethod
    def seen(cls) -> Surroundings:
        """As they are here."""
        return cls(outgoing_address(), any(mark.exists() for mark in _CONTAINER_MARKS))


def voice_lines(port: VoicePort, surroundings: Surroundings) -> list[str]:
    """The lines about voice; a warning is the last of them."""
    if not port.number:
        return []
    spoken = ["UDP", *(["TCP"] if port.tcp else []), *(["TLS"] if port.tls else [])]
    gives = "STUN and a relay" if port.relay else "STUN and no relay"
    opened = _opened(port)
    lines = [
        f"Voice: browsers get {gives} at port {port.number} of the host in the page's address, by {', '.join(spoken)}.",
        f"       Calls from other networks need {opened} open to this machine, in the router and the firewall.",
    ]
    warning = warning_of(port, surroundings)
    return [*lines, f"WARNING: {warning[0].lower()}{warning[1:]}"] if warning else lines


def _opened(port: VoicePort) -> str:
    return f"{port.number}/udp" + (f" and {port.number}/tcp" if port.tcp else "")


def warning_of(port: VoicePort, surroundings: Surroundings) -> str | None:
    """Where the machine stands so that nobody outside reaches the port: that, and what to do, in sentences."""
    address = ipaddress.ip_address(surroundings.address or "::")
    if address in _CARRIER_NAT:
        return (
            f"This machine's address, {address}, is behind a carrier's NAT: nobody outside reaches it, whatever the router "
            "lets in. Calls between networks need a relay elsewhere (docs/voice.md)."
        )
    if address in _BRIDGE or (surroundings.container and address in _BRIDGES):
        return (
            f"This machine's address, {address}, is that of a container's bridge: publish {_opened(port)} too, "
            "or use the host's network. Else calls between networks do not connect."
        )
    return None
