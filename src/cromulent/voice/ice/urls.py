"""The URLs of STUN and TURN servers (RFC 7064, RFC 7065): taken apart, put in order, put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_URL = re.compile(
    r"(?P<scheme>stuns?|turns?):(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
    r"(?:\?transport=(?P<transport>udp|tcp))?"
)
_DEFAULT_PORTS = {"stun": 3478, "turn": 3478, "stuns": 5349, "turns": 5349}


@dataclass(frozen=True, slots=True)
class IceUrl:
    """`address` is the host and, where it is given, the port; `transport` is `udp`, `tcp` or, where it is not given, empty."""

    scheme: str
    address: str
    transport: str = ""

    @classmethod
    def parse(cls, text: str) -> IceUrl | None:
        """The URL, or None for what is none."""
        match = _URL.fullmatch(text)
        if match is None:
            return None
        address = match["host"] + (f":{match['port']}" if match["port"] else "")
        return cls(match["scheme"], address, match["transport"] or "")

    @property
    def is_stun(self) -> bool:
        """Whether it tells addresses only, and relays nothing."""
        return self.scheme.startswith("stun")

    @property
    def host(self) -> str:
        """The host alone, an IPv6 address without its brackets."""
        host = self.address if self.address.endswith("]") else re.sub(r":\d+$", "", self.address)
        return host.strip("[]")

    @property
    def port(self) -> int:
        """The port in the address, else that of the scheme."""
        _, _, port = self.address.rpartition(":")
        return int(port) if port.isdigit() else _DEFAULT_PORTS[self.scheme]

    @property
    def place(self) -> int:
        """stun, turn by UDP, turn by TCP, turns: what connects fastest comes first, what passes everywhere last."""
        if self.is_stun:
            return 0
        if self.scheme == "turns":
            return 3
        return 2 if self.transport == "tcp" else 1

    def __str__(self) -> str:
        query = f"?transport={self.transport}" if self.transport else ""
        return f"{self.scheme}:{self.address}{query}"
