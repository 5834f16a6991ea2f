"""The numbers of the relay: where it seems to be, how long things live, and what each may take."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.rate_limits import Limit

REALM = "cromulent"
RELAYED_ADDRESS = "192.0.0.8"
"""The host part of every relayed address, and the only peer address there is.

IANA's IPv4 dummy address (RFC 7600): nothing may be sent to it, so a browser that tries it directly reaches nobody.
"""
RELAYED_PORTS = range(49152, 65536)
CHANNEL_NUMBERS = range(0x4000, 0x7FFF)
MAX_MESSAGE_BYTES = 4096
"""Sound travels in packets that fit a network's 1,500; what is longer is nobody's call."""
PACKETS_PER_USER = Limit(4000, 1.0, burst=8000)
"""Somebody in a room of twenty sends 19 x 50 a second, and as many reports and checks at most."""
STRANGERS = Limit(10, 1.0)
ACQUAINTANCES = Limit(100, 1.0, burst=200)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Seconds. The defaults of RFC 8656 §3.2, §9 and §12; `credentials_seconds` is how far ahead an expiry may lie."""

    allocation_seconds: int = 600
    longest_allocation_seconds: int = 3600
    permission_seconds: int = 300
    channel_seconds: int = 600
    nonce_seconds: int = 600
    credentials_seconds: int = 7 * 86400 + 3600


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """What one user and all together may hold, and how often who is not known is answered.

    A call of twenty by three URLs takes 57 allocations of each, and twice that while everything is rebuilt.
    Who has reached that loses one that was silent for `idle_seconds`: a path in use is asked for consent every 4 to 6 s
    (RFC 7675 §5.1), so nobody uses it.
    `strangers` counts answers to whoever has proved nothing, per address (IPv6: per /64); `acquaintances` those that
    hold an allocation, or a TCP connection, and so cannot be somebody else's address.
    """

    allocations_per_user: int = 120
    idle_seconds: float = 10.0
    allocations: int = 8192
    channels_per_allocation: int = 32
    packets_per_user: Limit = PACKETS_PER_USER
    strangers: Limit = STRANGERS
    acquaintances: Limit = ACQUAINTANCES
