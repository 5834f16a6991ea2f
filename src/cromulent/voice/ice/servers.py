"""What a page gets: the provider's servers, cached and with a time-out, else the last good ones, else our own STUN."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from cromulent.kernel.clock import Clock
from cromulent.voice.ice.own_stun import OwnStun
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
class _Cached:
    grant: Grant
    at: float

    def age_in_lives(self, now: float) -> float:
        """How much of its life is over: 0 … 1, and 0 for ever when it does not expire."""
        life = self.grant.life_seconds
        return 0.0 if life is None else (now - self.at) / max(life, 1.0)


class IceServers:
    """Never fails: a join must not fail because a provider does."""

    def __init__(self, provider: Provider, own_stun: OwnStun, clock: Clock, policy: IcePolicy | None = None) -> None:
        self._provider = provider
        self._own_stun = own_stun
        self._clock = clock
        self._policy = policy or IcePolicy()
        self._cache: OrderedDict[str, _Cached] = OrderedDict()
        self._rests_until = clock.monotonic()
        if self._policy.transport_policy == "relay" and provider.name == "none":
            log.warning("relay_forced_without_a_relay")
        self.failing_since: float | None = None
        """Monotonic seconds; None while the provider works. For whoever tells the administrator."""

    async def offer(self, user_id: str, host: str) -> IceOffer:
        """The servers for one user's page, loaded from `host`."""
        cached = self._cache.get(user_id)
        if cached is None or cached.age_in_lives(self._clock.monotonic()) >= 0.5:
            cached = await self._ask(user_id) or self._still_good(user_id)
        transport_policy = self._policy.transport_policy
        if cached is None or not cached.grant.servers:
            return IceOffer(self._own_stun.servers(host), None, transport_policy)
        life = cached.grant.life_seconds
        rest = None if life is None else max(0, int(life - (self._clock.monotonic() - cached.at)))
        return IceOffer(cached.grant.servers, rest, transport_policy)

    async def _ask(self, user_id: str) -> _Cached | None:
        at = self._clock.monotonic()
        if at < self._rests_until:
            return None
        try:
            async with asyncio.timeout(self._policy.timeout_seconds):
                grant = await self._provider.servers(user_id, self._clock.now())
        except Exception as error:  # a provider is somebody else's service: it may fail in any way
            self._report_failure(error, at)
            return None
        if self.failing_since is not None:
            log.info("ice_provider_works_again", provider=self._provider.name)
            self.failing_since = None
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

    def _report_failure(self, error: Exception, at: float) -> None:
        if self.failing_since is None:
            self.failing_since = at
        self._rests_until = self._clock.monotonic() + self._policy.retry_seconds
        reason = "it did not answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        log.warning("ice_provider_failed", provider=self._provider.name, reason=reason)
