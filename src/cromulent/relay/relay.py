"""The relay itself: a TURN server (RFC 8656) without sockets, for clients who meet inside it.

Datagrams go in with where they came from, datagrams come out with where they go: only ever to a client that has asked, or
that holds an allocation. Relayed addresses are virtual ports; what is sent to one is handed to its owner in memory.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from aioice import stun

from cromulent.kernel.clock import Clock
from cromulent.kernel.rate_limits import RateLimiter
from cromulent.relay import attributes as names
from cromulent.relay.allocations import Allocation, Allocations, CapacityReached, Client, QuotaReached
from cromulent.relay.authentication import STALE_NONCE, UNAUTHENTICATED, Authentication, Refusal, Signer
from cromulent.relay.counts import RelayCounts
from cromulent.relay.policy import (
    CHANNEL_NUMBERS,
    MAX_MESSAGE_BYTES,
    REALM,
    RELAYED_ADDRESS,
    Lifetimes,
    RelayLimits,
)
from cromulent.relay.rest_credentials import RestCredentials
from cromulent.relay.stun_server import StunServer, payer_of
from cromulent.relay.turn_message import (
    TurnMessage,
    data_indication,
    read_message,
    refusal,
    sealed,
    success,
)

BAD_REQUEST = 400
FORBIDDEN = 403
UNKNOWN_ATTRIBUTE = 420
ALLOCATION_MISMATCH = 437
ADDRESS_FAMILY_NOT_SUPPORTED = 440
UNSUPPORTED_TRANSPORT = 442
ALLOCATION_QUOTA_REACHED = 486
INSUFFICIENT_CAPACITY = 508
_CHANNEL_HEADER = struct.Struct("!HH")
_UDP = 17
_IPV4 = 1
_RESERVE_NEXT_PORT = 0x80

Outgoing = tuple[Client, bytes]
Granted = dict[str, object]


class Relay:
    """`handle` whatever comes; `close` what a broken line held; `seat` people as the application says; `tick` now and then."""

    def __init__(
        self,
        credentials: RestCredentials,
        clock: Clock,
        *,
        limits: RelayLimits | None = None,
        lifetimes: Lifetimes | None = None,
        draw: random.Random | None = None,
    ) -> None:
        limits = limits or RelayLimits()
        self._clock = clock
        self._limits = limits
        self._lifetimes = lifetimes or Lifetimes()
        self._draw = draw or random.SystemRandom()
        self.counts = RelayCounts()
        self._allocations = Allocations(limits, clock, self._draw, self.counts)
        self._authentication = Authentication(credentials, clock, self._lifetimes)
        self._stun = StunServer(clock)
        self._strangers = RateLimiter(limits.strangers, clock)
        self._acquaintances = RateLimiter(limits.acquaintances, clock)

    def handle(self, data: bytes, client: Client) -> list[Outgoing]:
        """What one datagram, or one framed message of a stream, leads to. Raises nothing, whatever it is."""
        if len(data) < 4 or len(data) > MAX_MESSAGE_BYTES or client.address[1] == 0:
            return []
        if data[0] & 0xC0 == 0x40:
            return self._channel_data(data, client)
        if data[:2] == b"\x00\x01":
            return self._binding(data, client)
        message = read_message(data)
        if message is None:
            return []
        if message.message.message_class is stun.Class.INDICATION:
            return self._send_indication(message, client) if message.method is stun.Method.SEND else []
        return self._request(message, client)

    def holds(self, client: Client) -> bool:
        """Whether a client has a live allocation."""
        return self._allocations.of(client) is not None

    def close(self, client: Client) -> None:
        """The connection of a client is gone, and with it what it held."""
        allocation = self._allocations.of(client)
        if allocation is not None:
            self._allocations.remove(allocation)

    def seat(self, user: str, room: str | None) -> None:
        """An opaque user is now in this room, or in none: from this moment on packets pass accordingly."""
        self._allocations.seat(user, room)

    def tick(self) -> None:
        """Forget what has expired; nothing waits for it, but memory does."""
        self._allocations.sweep()

    @property
    def allocations(self) -> int:
        """How many allocations there are."""
        return len(self._allocations)

    # --- requests ---

    def _binding(self, data: bytes, client: Client) -> list[Outgoing]:
        answer = self._stun.answer(data, client.host, client.address[1])
        return [] if answer is None else [(client, answer)]

    def _request(self, request: TurnMessage, client: Client) -> list[Outgoing]:
        handler = self._handlers().get(request.method)
        if handler is None:
            return []
        allocation = self._allocations.heard_from(client, self._clock.monotonic())
        key: bytes | None = None
        try:
            signer = self._authentication.signer(request, client.host, allocation)
            key = signer.key
            if request.unknown:
                raise Refusal(UNKNOWN_ATTRIBUTE)
            answer = success(request, handler(request, client, allocation, signer))
        except Refusal as refused:
            return self._refuse(request, client, refused, key or refused.key)
        self.counts.granted += 1
        return [(client, sealed(answer, request, key))]

    def _handlers(
        self,
    ) -> dict[stun.Method, Callable[[TurnMessage, Client, Allocation | None, Signer], Granted]]:
        return {
            stun.Method.ALLOCATE: self._allocate,
            stun.Method.REFRESH: self._refresh,
            stun.Method.CREATE_PERMISSION: self._create_permission,
            stun.Method.CHANNEL_BIND: self._channel_bind,
        }

    def _refuse(self, request: TurnMessage, client: Client, refused: Refusal, key: bytes | None) -> list[Outgoing]:
        if key is None and not self._may_be_told(client):
            self.counts.withheld += 1
            return []
        self.counts.refused += 1
        told: Granted = {}
        if refused.code in (UNAUTHENTICATED, STALE_NONCE):
            told = {"REALM": REALM, "NONCE": self._authentication.nonces.make(client.host)}
        answer = refusal(request, refused.code, told)
        if refused.code == UNKNOWN_ATTRIBUTE:
            answer = names.with_attribute(answer, names.unknown_attributes(request.unknown))
        return [(client, sealed(answer, request, key))]

    def _may_be_told(self, client: Client) -> bool:
        """An address anybody can forge gets few answers, so that nobody is flooded through us."""
        proved = client.transport == "tcp" or self._allocations.held_from(client.host)
        return (self._acquaintances if proved else self._strangers).take(payer_of(client.host))

    def _allocate(self, request: TurnMessage, client: Client, held: Allocation | None, signer: Signer) -> Granted:
        if held is not None:
            if held.transaction_id != request.transaction_id:
                raise Refusal(ALLOCATION_MISMATCH)
            return self._allocated(held)  # our answer was lost
        self._check_wishes(request)
        owner = self._allocations.owner(signer.user)
        try:
            port = self._allocations.free_port(owner, even=request.find(names.EVEN_PORT) is not None)
        except QuotaReached:
            raise Refusal(ALLOCATION_QUOTA_REACHED) from None
        except CapacityReached:
            raise Refusal(INSUFFICIENT_CAPACITY) from None
        now = self._clock.monotonic()
        allocation = Allocation(
            client=client,
            owner=owner,
            username=signer.username,
            key=signer.key,
            port=port,
            transaction_id=request.transaction_id,
            expires_at=now + self._lifetime(request),
            heard_at=now,
        )
        self._allocations.add(allocation)
        return self._allocated(allocation)

    def _check_wishes(self, request: TurnMessage) -> None:
        """RFC 8656 §7.2. Raises `Refusal` for what this relay does not give."""
        transport = request.find(names.REQUESTED_TRANSPORT)
        if transport is None or len(transport) != 4:
            raise Refusal(BAD_REQUEST)
        if transport[0] != _UDP:
            raise Refusal(UNSUPPORTED_TRANSPORT)
        family = request.find(names.REQUESTED_ADDRESS_FAMILY)
        if family is not None and family[:1] != bytes([_IPV4]):
            raise Refusal(ADDRESS_FAMILY_NOT_SUPPORTED)
        even_port = request.find(names.EVEN_PORT)
        reserves = even_port is not None and bool(even_port[:1]) and bool(even_port[0] & _RESERVE_NEXT_PORT)
        if reserves or request.find(names.RESERVATION_TOKEN) is not None:
            raise Refusal(INSUFFICIENT_CAPACITY)

    def _allocated(self, allocation: Allocation) -> Granted:
        return {
            "XOR-RELAYED-ADDRESS": (RELAYED_ADDRESS, allocation.port),
            "LIFETIME": max(0, round(allocation.expires_at - self._clock.monotonic())),
            "XOR-MAPPED-ADDRESS": (names.plain_address(allocation.client.host), allocation.client.address[1]),
        }

    def _lifetime(self, request: TurnMessage) -> int:
        asked = request.number(names.LIFETIME) or 0
        longest = self._lifetimes.longest_allocation_seconds
        return max(self._lifetimes.allocation_seconds, min(asked, longest))

    def _refresh(self, request: TurnMessage, _client: Client, held: Allocation | None, _signer: Signer) -> Granted:
        if held is None:
            raise Refusal(ALLOCATION_MISMATCH)
        if request.number(names.LIFETIME) == 0:
            self._allocations.remove(held)
            return {"LIFETIME": 0}
        lifetime = self._lifetime(request)
        held.expires_at = self._clock.monotonic() + lifetime
        return {"LIFETIME": lifetime}

    def _create_permission(
        self, request: TurnMessage, _client: Client, held: Allocation | None, _signer: Signer
    ) -> Granted:
        if held is None:
            raise Refusal(ALLOCATION_MISMATCH)
        try:
            peers = request.peers()
        except ValueError:
            raise Refusal(BAD_REQUEST) from None
        if not peers:
            raise Refusal(BAD_REQUEST)
        if any(host != RELAYED_ADDRESS for host, _ in peers):
            raise Refusal(FORBIDDEN)
        held.permitted_until = self._clock.monotonic() + self._lifetimes.permission_seconds
        return {}

    def _channel_bind(self, request: TurnMessage, _client: Client, held: Allocation | None, _signer: Signer) -> Granted:
        if held is None:
            raise Refusal(ALLOCATION_MISMATCH)
        number, port = self._channel_wish(request)
        now = self._clock.monotonic()
        held.forget_channels(now)
        by_number, by_port = held.channels.get(number), held.channel_of_port.get(port)
        if by_number is not by_port:
            raise Refusal(BAD_REQUEST)
        if by_number is None and len(held.channels) >= self._limits.channels_per_allocation:
            raise Refusal(INSUFFICIENT_CAPACITY)
        held.bind(number, port, now + self._lifetimes.channel_seconds)
        held.permitted_until = max(held.permitted_until, now + self._lifetimes.permission_seconds)
        return {}

    def _channel_wish(self, request: TurnMessage) -> tuple[int, int]:
        """The number and the peer's port that are to belong together. Raises `Refusal`."""
        wish = request.number(names.CHANNEL_NUMBER)
        try:
            peers = request.peers()
        except ValueError:
            raise Refusal(BAD_REQUEST) from None
        if wish is None or wish >> 16 not in CHANNEL_NUMBERS or not peers:
            raise Refusal(BAD_REQUEST)
        host, port = peers[0]
        if host != RELAYED_ADDRESS:
            raise Refusal(FORBIDDEN)
        return wish >> 16, port

    # --- packets ---

    def _channel_data(self, data: bytes, client: Client) -> list[Outgoing]:
        now = self._clock.monotonic()
        sender = self._allocations.heard_from(client, now)
        if sender is None:
            return []
        number, length = _CHANNEL_HEADER.unpack_from(data)
        channel = sender.channels.get(number)
        if channel is None or channel.until <= now or 4 + length > len(data):
            return self._drop()
        return self._deliver(sender, channel.port, data[4 : 4 + length], now)

    def _send_indication(self, message: TurnMessage, client: Client) -> list[Outgoing]:
        now = self._clock.monotonic()
        sender, payload = self._allocations.heard_from(client, now), message.find(names.DATA)
        if sender is None or payload is None or message.unknown:
            return []
        try:
            [(host, port)] = message.peers()
        except ValueError:  # also when there is not exactly one
            return self._drop()
        return self._deliver(sender, port, payload, now) if host == RELAYED_ADDRESS else self._drop()

    def _deliver(self, sender: Allocation, port: int, payload: bytes, now: float) -> list[Outgoing]:
        """Hand a packet to the owner of a port, if both sides and the room allow it."""
        receiver = self._allocations.at(port, now)
        if (
            receiver is None
            or sender.permitted_until <= now
            or receiver.permitted_until <= now
            or not sender.owner.may_reach(receiver.owner)
            or not sender.owner.budget.take()
        ):
            return self._drop()
        self.counts.delivered += 1
        self.counts.delivered_bytes += len(payload)
        channel = receiver.channel_of_port.get(sender.port)
        if channel is not None and channel.until > now:
            return [(receiver.client, _CHANNEL_HEADER.pack(channel.number, len(payload)) + payload)]
        transaction_id = self._draw.randbytes(12)
        return [(receiver.client, data_indication((RELAYED_ADDRESS, sender.port), payload, transaction_id))]

    def _drop(self) -> list[Outgoing]:
        self.counts.dropped += 1
        return []
