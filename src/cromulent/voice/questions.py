"""Questions that must be answered within a moment: is the holder's page awake, is a stalled peer's socket alive?

Time passes by `examine`, called with every tick, so that a server that was late itself takes nobody's silence for an answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from cromulent.kernel.clock import Clock
from cromulent.kernel.ids import new_event_id
from cromulent.voice.notices import HolderAsked
from cromulent.voice.ports import Endpoint
from cromulent.voice.seats import Seat


@dataclass(slots=True)
class _Question:
    user_id: str
    ends_at: float
    answer: asyncio.Future[bool]


class HolderQuestions:
    """Asks the JavaScript of a page, not its socket: a frozen page answers pings but not this."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._open: dict[str, _Question] = {}

    def ask(self, endpoint: Endpoint) -> Awaitable[bool]:
        """Ask the page that holds a call; True when it answers in time."""
        ask_id = new_event_id()
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._open[ask_id] = _Question(endpoint.user_id, self._clock.monotonic() + self._seconds, answer)
        notice = HolderAsked(ask_id)
        endpoint.dispatch(notice.name, notice)
        return answer

    def answer(self, user_id: str, ask_id: str) -> None:
        """A page is there. Only pages of the user who was asked can say so; a late answer says nothing."""
        question = self._open.get(ask_id)
        if question is not None and question.user_id == user_id:
            self._close(ask_id, answered=True)

    def examine(self, now: float) -> None:
        """Let the time until `now` have its effect."""
        for ask_id, question in tuple(self._open.items()):
            if now >= question.ends_at:
                self._close(ask_id, answered=False)

    def forgive(self, seconds: float) -> None:
        """We ourselves were late by so much."""
        for question in self._open.values():
            question.ends_at += seconds

    def _close(self, ask_id: str, *, answered: bool) -> None:
        question = self._open.pop(ask_id)
        if not question.answer.done():
            question.answer.set_result(answered)


@dataclass(slots=True)
class _Probe:
    seat: Seat
    endpoint: Endpoint
    heard_before: float
    ends_at: float
    answer: asyncio.Future[bool]

    @property
    def answered(self) -> bool:
        """A byte came, or a new socket."""
        return self.seat.endpoint is not self.endpoint or self.endpoint.heard_at != self.heard_before


class StallProbes:
    """Pings the socket of a participant whose packets somebody misses. All who ask at the same time share one probe."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._open: dict[str, _Probe] = {}

    async def is_present(self, seat: Seat) -> bool:
        """Whether the participant's socket gives a sign of life in time."""
        probe = self._open.get(seat.id)
        if probe is None:
            if seat.endpoint is None:
                return False
            answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            ends_at = self._clock.monotonic() + self._seconds
            probe = self._open[seat.id] = _Probe(seat, seat.endpoint, seat.endpoint.heard_at, ends_at, answer)
            seat.endpoint.ping()
        return await asyncio.shield(probe.answer)

    def examine(self, now: float) -> None:
        """Look for answers and let time have its effect. It pings again, because a clock's grain can hide an answer."""
        for key, probe in tuple(self._open.items()):
            if probe.answered or now >= probe.ends_at:
                del self._open[key]
                probe.answer.set_result(probe.answered and probe.seat.endpoint is not None)
            else:
                probe.endpoint.ping()

    def forgive(self, seconds: float) -> None:
        """We ourselves were late by so much."""
        for probe in self._open.values():
            probe.ends_at += seconds
