"""How often a login may fail: per account, by the name it was called, and per network address, counted in memory."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass

from cromulent.accounts.errors import TooManyAttempts
from cromulent.kernel.clock import Clock

MAX_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class FailureLimit:
    """`count` failures within `seconds` and no attempt more."""

    count: int
    seconds: float


ACCOUNT_LIMIT = FailureLimit(5, 15 * 60)
ADDRESS_LIMIT = FailureLimit(20, 5 * 60)


class LoginThrottle:
    """Counts an attempt as failed when it begins, and takes that back when it succeeded: so a hundred at once are no way around."""

    def __init__(self, clock: Clock) -> None:
        self._accounts = _Failures(ACCOUNT_LIMIT, clock)
        self._addresses = _Failures(ADDRESS_LIMIT, clock)

    def begin(self, account: str | None, address: str, *, known_device: str | None = None) -> Attempt:
        """Count an attempt. `account` is None where a secret and no name is tried. Raises `TooManyAttempts`.

        The failures of a browser the account's owner has used before are counted apart from those of everybody else, and not by
        its address: strangers who share that would lock it out.
        """
        if account is not None and known_device is not None:
            self._count(_of_device(account, known_device))
            return Attempt(self, account, known_device)
        network = network_of(address)
        self._addresses.check(network)
        if account is not None:
            self._count(account)
        return Attempt(self, account, address=(network, self._addresses.add(network)))

    def forgive(self, attempt: Attempt, also: Collection[str]) -> None:
        """The attempt was no failure. A login that succeeded also clears the account's older ones, those under its other names too."""
        if attempt.address is not None:
            self._addresses.remove(*attempt.address)
        for account in (attempt.account, *also):
            if account is not None:
                self._accounts.clear(_of_device(account, attempt.known_device))

    def _count(self, account: str) -> None:
        self._accounts.check(account)
        self._accounts.add(account)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt under way. `address`: the network and the instant it was counted under, None for a known device."""

    throttle: LoginThrottle
    account: str | None
    known_device: str | None = None
    address: tuple[str, float] | None = None

    def succeeded(self, *also: str) -> None:
        """Take back what was counted, and what was counted under the other names of the account."""
        self.throttle.forgive(self, also)


def _of_device(account: str, known_device: str | None) -> str:
    return account if known_device is None else f"{account}/{known_device}"


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 one, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class _Failures:
    """The instants of recent failures by key; the key unused for longest is forgotten beyond `MAX_KEYS`."""

    def __init__(self, limit: FailureLimit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._instants: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, key: str) -> None:
        recent = self._recent(key)
        if len(recent) >= self._limit.count:
            wait = recent[0] + self._limit.seconds - self._clock.monotonic()
            raise TooManyAttempts(retry_after_seconds=max(wait, 1.0))

    def add(self, key: str) -> float:
        now = self._clock.monotonic()
        self._instants.setdefault(key, deque()).append(now)
        self._instants.move_to_end(key)
        if len(self._instants) > MAX_KEYS:
            self._instants.popitem(last=False)
        return now

    def remove(self, key: str, instant: float) -> None:
        instants = self._instants.get(key, deque())
        if instant in instants:
            instants.remove(instant)
        if not instants:
            self.clear(key)

    def clear(self, key: str) -> None:
        self._instants.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        instants = self._instants.get(key, deque())
        horizon = self._clock.monotonic() - self._limit.seconds
        while instants and instants[0] <= horizon:
            instants.popleft()
        return instants
