"""The addresses of this machine, as Linux tells them."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

_SIOCGIFADDR = 0x8915
"""netdevice(7): the IPv4 address of an interface."""
_SOMEWHERE = ("203.0.113.1", 9)
"""A documentation address (RFC 5737): routed as the world is, and nobody's."""
_IF_INET6 = Path("/proc/net/if_inet6")


def own_addresses() -> list[str]:
    """Addresses other machines may reach this one at: no loopback, no link-local ones."""
    found = [*_ipv4_addresses(), *_ipv6_addresses()]
    parsed = [ipaddress.ip_address(address) for address in dict.fromkeys(found)]
    return [str(address) for address in parsed if not (address.is_loopback or address.is_link_local)]


def outgoing_address() -> str | None:
    """The IPv4 address this machine's packets to the world leave from; None without a way there. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _ipv4_addresses() -> list[str]:
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, request)
            except OSError:  # an interface without an IPv4 address
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _ipv6_addresses() -> list[str]:
    try:
        lines = _IF_INET6.read_text().splitlines()
    except OSError:
        return []
    return [str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))) for line in lines]
