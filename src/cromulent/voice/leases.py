"""A lease: how long a participant who is not heard is still believed to be there."""

from __future__ import annotations

from enum import Enum

from cromulent.voice.policy import LeasePolicy


class LeaseState(Enum):
    """`FRESH`: bytes come. `SILENT`: none come, the grace runs. `ENDED`: the grace is over."""

    FRESH = "fresh"
    SILENT = "silent"
    ENDED = "ended"


_TRANSITIONS: dict[LeaseState, frozenset[LeaseState]] = {
    LeaseState.FRESH: frozenset({LeaseState.SILENT}),
    LeaseState.SILENT: frozenset({LeaseState.FRESH, LeaseState.ENDED}),
    LeaseState.ENDED: frozenset(),
}


class Lease:
    """Kept by bytes of the participant's socket, never by a timer of its page. All times are monotonic seconds."""

    def __init__(self, policy: LeasePolicy, now: float) -> None:
        self._policy = policy
        self._state = LeaseState.FRESH
        self._last_byte_at = now
        self._silence_counts_from = now
        self._silent_since = now
        self._grace_ends_at = now

    @property
    def state(self) -> LeaseState:
        """Where in its life the lease is; only `examine` moves time on."""
        return self._state

    def hear(self, at: float) -> None:
        """A byte came at `at`; one that is known already changes nothing."""
        if at > self._last_byte_at:
            self.refresh(at)

    def refresh(self, now: float) -> None:
        """Somebody spoke for the participant: a new socket with its token, for instance."""
        self._last_byte_at = max(self._last_byte_at, now)
        self._silence_counts_from = max(self._silence_counts_from, now)
        if self._state is LeaseState.SILENT:
            self._enter(LeaseState.FRESH)

    def fall_silent(self, now: float) -> None:
        """The grace begins."""
        if self._state is LeaseState.FRESH:
            self._enter(LeaseState.SILENT)
            self._silent_since = now
            self._grace_ends_at = now + self._policy.grace_seconds

    def renew(self, now: float) -> None:
        """A peer hears the participant though we do not: the grace begins again, up to its longest."""
        if self._state is LeaseState.SILENT:
            longest = self._silent_since + self._policy.longest_grace_seconds
            self._grace_ends_at = min(now + self._policy.grace_seconds, longest)

    def forgive(self, seconds: float) -> None:
        """We ourselves were late by so much: nobody pays for it."""
        self._silence_counts_from += seconds
        self._silent_since += seconds
        self._grace_ends_at += seconds

    def examine(self, now: float) -> LeaseState:
        """Let the time until `now` have its effect."""
        if self._state is LeaseState.FRESH and now - self._silence_counts_from >= self._policy.silence_seconds:
            self.fall_silent(now)
        elif self._state is LeaseState.SILENT and now >= self._grace_ends_at:
            self._enter(LeaseState.ENDED)
        return self._state

    def _enter(self, state: LeaseState) -> None:
        if state not in _TRANSITIONS[self._state]:
            raise RuntimeError(f"a lease cannot go from {self._state.value} to {state.value}")
        self._state = state
