"""The numbers of voice: every time-out and limit, in seconds and bytes, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeasePolicy:
    """How long a participant is believed to be there.

    The sum of silence and grace is what a client whose packets are dropped stays in everyone's list.
    """

    silence_seconds: float = 8.0
    grace_seconds: float = 10.0
    longest_grace_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """How large signals may be, and how many wait for somebody who is not there at the moment."""

    description_bytes: int = 32 * 1024
    candidate_bytes: int = 2 * 1024
    candidates_per_negotiation: int = 50
    negotiations_remembered: int = 10_000
    addressees_waited_for: int = 500
    waiting_per_addressee: int = 200
    waiting_bytes: int = 4 * 1024 * 1024
    waiting_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class VerdictPolicy:
    """How often rooms are judged, and how long a report counts. Pages report every 5 s, and when something has changed."""

    between_seconds: float = 1.0
    everywhere_seconds: float = 5.0
    fresh_seconds: float = 12.0


@dataclass(frozen=True, slots=True)
class VoicePolicy:
    """Everything else. `tick_seconds` is how often `VoiceService.tick` is to be called."""

    leases: LeasePolicy = LeasePolicy()
    signals: SignalPolicy = SignalPolicy()
    verdicts: VerdictPolicy = VerdictPolicy()
    room_limit: int = 8
    ping_seconds: float = 4.0
    answer_seconds: float = 1.5
    settle_seconds: float = 15.0
    tick_seconds: float = 0.25
    late_tick_seconds: float = 1.0
