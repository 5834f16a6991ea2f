"""Joins under way: the last click wins, and who goes away or loses the right while waiting does not get in."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from cromulent.kernel.errors import DomainError
from cromulent.voice.errors import Superseded
from cromulent.voice.model import JoinRequest
from cromulent.voice.ports import Endpoint
from cromulent.voice.tokens import Claims


class Attempt:
    """One join of one page, from the command to the seat or the refusal."""

    __slots__ = ("_refusal", "claims", "endpoint", "request", "void_before")

    def __init__(self, endpoint: Endpoint, request: JoinRequest) -> None:
        self.endpoint = endpoint
        self.request = request
        self.claims: Claims | None = None
        self.void_before: datetime | None = None
        """Tokens of the wanted channel issued before this instant are void: the next one is issued later."""
        self._refusal: DomainError | None = None

    def refuse(self, reason: DomainError) -> None:
        """It will not get in any more."""
        self._refusal = self._refusal or reason

    def check(self) -> None:
        """Raises the reason when it was refused while it waited. To be called after every wait."""
        if self._refusal is not None:
            raise self._refusal


class Attempts:
    """Those of all pages."""

    def __init__(self) -> None:
        self._under_way: list[Attempt] = []

    @contextmanager
    def begin(self, endpoint: Endpoint, request: JoinRequest) -> Generator[Attempt]:
        """A new attempt. It refuses older ones of the same page, and the same one (`join_id`) that came by an older socket."""
        for older in self._under_way:
            same_page = older.endpoint is endpoint
            same_join = older.endpoint.user_id == endpoint.user_id and older.request.join_id == request.join_id
            if same_page != same_join:
                older.refuse(Superseded())
        attempt = Attempt(endpoint, request)
        self._under_way.append(attempt)
        try:
            yield attempt
        finally:
            self._under_way.remove(attempt)

    def give_up(self, endpoint: Endpoint) -> None:
        """The page is gone."""
        for attempt in self._under_way:
            if attempt.endpoint is endpoint:
                attempt.refuse(Superseded())

    def refuse_user(self, user_id: str, reason: DomainError, *, channel_id: str | None = None) -> None:
        """The user has lost the right, in one channel or in all."""
        for attempt in self._under_way:
            if attempt.endpoint.user_id == user_id and channel_id in (None, attempt.request.channel_id):
                attempt.refuse(reason)

    def refuse_login(self, login_session_id: str, reason: DomainError) -> None:
        """The login an attempt stands on has ended."""
        for attempt in self._under_way:
            if attempt.endpoint.login_session_id == login_session_id:
                attempt.refuse(reason)

    def refuse_all(self, reason: DomainError) -> None:
        """Nobody gets in any more."""
        for attempt in self._under_way:
            attempt.refuse(reason)
