"""What a page gets: the provider's servers, cached and with a time-out, else the last good ones, else our own."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime

import structlog

from cromulent.kernel.clock import Clock
from cromulent.voice.ice.own_servers import OwnServers
from cromulent.voice.ice.provider import Grant, Provider
from cromulent.voice.model import IceOffer, IceTransportPolicy

log = structlog.get_logger(__name__)
MAX_CACHED_USERS = 10_000


@dataclass(frozen=True, slots=True)
class IcePolicy:
    """`transport_policy` is what browsers are told; `timeout_seconds` a provider's time, `retry_seconds` its rest after a failure."""

    transport_policy: IceTransportPolicy = "all"
    timeout_seconds: float = 5.0
    retry_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Failing:
    """A provider that gives nothing: since when, and what it did last, as a part of a sentence."""

    since: datetime
    reason: str


def reason_of(error: Exception) -> str:
    """Why a provider gave nothing; providers name no secret in what they raise."""
    return "it did not answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__


@dataclass(frozen=True, slots=True)
class _Cached:
    grant: Grant
    at: float

    def age_in_lives(self, now: float) -> float:
        """How much of its life is over: 0 … 1, and 0 for ever when it does not expire."""
        life = self.grant.life_seconds
        return 0.0 if life is None else (now - self.at) / max(life, 1.0)


class IceServers:
    """Never fails: a join must not fail because a provider does."""

    def __init__(self, provider: Provider, own: OwnServers, clock: Clock, policy: IcePolicy | None = None) -> None:
        self._provider = provider
        self._own = own
        self._clock = clock
        self._policy = policy or IcePolicy()
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._rests_until = clock.monotonic()
        if self._policy.transport_policy == "relay" and provider.name == "none" and not own.relays:
            log.warning("relay_forced_without_a_relay")
        self.grants = Counter[str]({self.provider_name: 0})
        self.failures = Counter[str]({self.provider_name: 0})
        """How often the provider gave servers, and did not, by its name."""
        self.failing: Failing | None = None
        """None while the provider works. For whoever tells the administrator."""

    async def offer(self, user_id: str, host: str) -> IceOffer:
        """The servers for one user's page, loaded from `host`."""
        cached = self._cache.get(user_id)
        if cached is None or cached.age_in_lives(self._clock.monotonic()) >= 0.5:
            cached = await self._ask(user_id) or self._still_good(user_id)
        transport_policy = self._policy.transport_policy
        if cached is None or not cached.grant.servers:
            cached = _Cached(self._own.grant(host, user_id, self._clock.now()), self._clock.monotonic())
        life = cached.grant.life_seconds
        rest = None if life is None else max(0, int(life - (self._clock.monotonic() - cached.at)))
        return IceOffer(cached.grant.servers, rest, transport_policy)

    @property
    def provider_name(self) -> str:
        """Who gives the servers: the provider, or the instance itself."""
        return "built-in" if self._provider.name == "none" and self._own.relays else self._provider.name

    async def ask_now(self, user_id: str, host: str) -> Grant:
        """What the provider gives at this moment, else our own; no cache, no rest. Raises what the provider raises, or TimeoutError."""
        cached = await self._asked(user_id)
        return cached.grant if cached.grant.servers else self._own.grant(host, user_id, self._clock.now())

    async def _ask(self, user_id: str) -> _Cached | None:
        if self._clock.monotonic() < self._rests_until:
            return None
        try:
            return await self._asked(user_id)
        except Exception:  # a provider is somebody else's service: it may fail in any way, and has been reported
            return None

    async def _asked(self, user_id: str) -> _Cached:
        at = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._policy.timeout_seconds):
                grant = await self._provider.servers(user_id, self._clock.now())
        except Exception as error:
            self._report_failure(error)
            raise
        if self.failing is not None:
            log.info("ice_provider_works_again", provider=self._provider.name)
            self.failing = None
        self.grants[self.provider_name] += 1
        cached = self._cache[user_id] = _Cached(grant, at)
        self._cache.move_to_end(user_id)
        if len(self._cache) > MAX_CACHED_USERS:
            self._cache.popitem(last=False)
        return cached

    def _still_good(self, user_id: str) -> _Cached | None:
        cached = self._cache.get(user_id)
        if cached is not None and cached.age_in_lives(self._clock.monotonic()) < 1.0:
            return cached
        return None

    def _report_failure(self, error: Exception) -> None:
        self._rests_until = self._clock.monotonic() + self._policy.retry_seconds
        reason = reason_of(error)
        self.failures[self.provider_name] += 1
        since = self._clock.now() if self.failing is None else self.failing.since
        self.failing = Failing(since, reason)
        log.warning("ice_provider_failed", provider=self._provider.name, reason=reason)
