"""What the relay remembers: allocations with their channels, and the users who own them. All of it is bounded."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cromulent.kernel.clock import Clock
from cromulent.kernel.rate_limits import TokenBucket
from cromulent.relay.counts import RelayCounts
from cromulent.relay.policy import RELAYED_PORTS, RelayLimits


class Client(NamedTuple):
    """The far end of a client's line, as the socket says it. With our own end, RFC 8656's 5-tuple."""

    transport: Literal["udp", "tcp"]
    address: tuple[str, int] | tuple[str, int, int, int]

    @property
    def host(self) -> str:
        return self.address[0]


@dataclass(slots=True)
class Channel:
    """A number that stands for a peer's port until `until`."""

    number: int
    port: int
    until: float


@dataclass(slots=True, eq=False)
class Owner:
    """A user, as far as the relay knows: an opaque name, the room they are in now, what they hold and may still send."""

    user: str
    budget: TokenBucket
    room: str | None = None
    allocations: set[Allocation] = field(default_factory=set["Allocation"])

    def may_reach(self, other: Owner) -> bool:
        """Only oneself, and who is in the same room now."""
        return self is other or (self.room is not None and self.room == other.room)


@dataclass(slots=True, eq=False)
class Allocation:
    """A relayed address: the virtual `port`. There is no socket behind it.

    All peers have the relay's own address, and permissions count by address: so one `permitted_until` is all of them.
    `heard_at` is when its client said something last.
    """

    client: Client
    owner: Owner
    username: str
    key: bytes
    port: int
    transaction_id: bytes
    expires_at: float
    heard_at: float
    permitted_until: float = 0.0
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    channel_of_port: dict[int, Channel] = field(default_factory=dict[int, Channel])

    def bind(self, number: int, port: int, until: float) -> None:
        """Let a channel stand for a peer, or go on doing so."""
        channel = self.channels.get(number) or Channel(number, port, until)
        channel.until = until
        self.channels[number] = self.channel_of_port[port] = channel

    def forget_channels(self, now: float) -> None:
        """Drop the channels whose time is over."""
        for channel in [one for one in self.channels.values() if one.until <= now]:
            del self.channels[channel.number]
            del self.channel_of_port[channel.port]


class QuotaReached(Exception):
    """The user holds as many allocations as one may, and uses them all."""


class CapacityReached(Exception):
    """The relay holds as many allocations as it may."""


class Allocations:
    """Every live allocation by its client and by its port, and every user who has one or is in a room."""

    def __init__(self, limits: RelayLimits, clock: Clock, draw: random.Random, counts: RelayCounts) -> None:
        self._limits = limits
        self._clock = clock
        self._draw = draw
        self._counts = counts
        self._by_client: dict[Client, Allocation] = {}
        self._by_port: dict[int, Allocation] = {}
        self._owners: dict[str, Owner] = {}
        self._hosts: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_client)

    def of(self, client: Client) -> Allocation | None:
        """What a client holds."""
        return self._alive(self._by_client.get(client), self._clock.monotonic())

    def heard_from(self, client: Client, now: float) -> Allocation | None:
        """What a client holds who has just said something."""
        allocation = self._alive(self._by_client.get(client), now)
        if allocation is not None:
            allocation.heard_at = now
        return allocation

    def at(self, port: int, now: float) -> Allocation | None:
        """Whose port it is."""
        return self._alive(self._by_port.get(port), now)

    def held_from(self, host: str) -> bool:
        """Whether somebody at this address holds an allocation, and so has proved to be there."""
        return self._hosts[host] > 0

    def owner(self, user: str) -> Owner:
        """A user; one without allocation and room is forgotten at the next `sweep`."""
        found = self._owners.get(user)
        if found is None:
            found = self._owners[user] = Owner(user, TokenBucket(self._limits.packets_per_user, self._clock))
        return found

    def add(self, allocation: Allocation) -> None:
        """Take in an allocation whose port `free_port` gave."""
        # Giving up the only one of theirs has let us forget them.
        self._owners[allocation.owner.user] = allocation.owner
        self._by_client[allocation.client] = self._by_port[allocation.port] = allocation
        allocation.owner.allocations.add(allocation)
        self._hosts[allocation.client.host] += 1

    def free_port(self, owner: Owner, *, even: bool) -> int:
        """A port nobody has. Raises `QuotaReached` or `CapacityReached` when the user, or everybody, has enough.

        A user at their quota loses the allocation that has been silent longest: a browser that crashed gives nothing back.
        """
        if len(owner.allocations) >= self._limits.allocations_per_user:
            self._give_up_idle(owner)
        if len(self._by_client) >= self._limits.allocations:
            raise CapacityReached
        while True:
            port = self._draw.choice(RELAYED_PORTS) & (~1 if even else ~0)
            if port not in self._by_port:
                return port

    def _give_up_idle(self, owner: Owner) -> None:
        quietest = min(owner.allocations, key=lambda one: one.heard_at)
        if quietest.heard_at > self._clock.monotonic() - self._limits.idle_seconds:
            raise QuotaReached
        self.remove(quietest)
        self._counts.displaced += 1

    def remove(self, allocation: Allocation) -> None:
        """End an allocation."""
        del self._by_client[allocation.client]
        del self._by_port[allocation.port]
        allocation.owner.allocations.discard(allocation)
        self._hosts[allocation.client.host] -= 1
        if self._hosts[allocation.client.host] <= 0:
            del self._hosts[allocation.client.host]
        self._forget_if_gone(allocation.owner)

    def seat(self, user: str, room: str | None) -> None:
        """From now on this user is in this room, or in none."""
        owner = self.owner(user)
        owner.room = room
        self._forget_if_gone(owner)

    def sweep(self) -> None:
        """Forget what has expired."""
        now = self._clock.monotonic()
        for allocation in tuple(self._by_client.values()):
            if allocation.expires_at <= now:
                self.remove(allocation)
            else:
                allocation.forget_channels(now)
        for owner in tuple(self._owners.values()):
            self._forget_if_gone(owner)

    def _alive(self, allocation: Allocation | None, now: float) -> Allocation | None:
        if allocation is not None and allocation.expires_at <= now:
            self.remove(allocation)
            return None
        return allocation

    def _forget_if_gone(self, owner: Owner) -> None:
        if owner.room is None and not owner.allocations:
            self._owners.pop(owner.user, None)
