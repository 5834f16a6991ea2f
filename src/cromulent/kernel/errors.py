"""Errors of the domain: few kinds, each occurrence with a stable code and a sentence for a person. They know nothing of HTTP."""

from __future__ import annotations

import math
from collections.abc import Mapping

_IN_SECONDS_BELOW = 120
_IN_MINUTES_BELOW = 120


class DomainError(Exception):
    """Something a caller asked for that cannot be had.

    `code` is stable and for programs, `message` one sentence for a person, `detail` extra fields a program may need.
    """

    code = "error"
    message = "Something went wrong."

    def __init__(
        self, message: str | None = None, *, code: str | None = None, detail: Mapping[str, str] | None = None
    ) -> None:
        self.code = code or type(self).code
        self.message = message or type(self).message
        self.detail: Mapping[str, str] = detail or {}
        super().__init__(f"{self.code}: {self.message}")


class InvalidInput(DomainError):
    """The request is not of the shape or the range it must have."""

    code = "invalid_input"
    message = "The request is not valid."


class NotAuthenticated(DomainError):
    """Nobody is logged in, or the login session has ended."""

    code = "not_authenticated"
    message = "Please log in."


class Forbidden(DomainError):
    """The user may see the thing but not do this to it."""

    code = "forbidden"
    message = "You are not allowed to do that."


class NotFound(DomainError):
    """It does not exist, or may not be seen: the two are never told apart."""

    code = "not_found"
    message = "There is nothing here, or nothing you may see."


class Conflict(DomainError):
    """The state of things does not admit it (any more)."""

    code = "conflict"
    message = "That cannot be done now."


class RateLimited(DomainError):
    """Too often. `retry_after_seconds` says when to come back, and so does the message."""

    code = "rate_limited"
    message = "That was too fast."

    def __init__(
        self, message: str | None = None, *, code: str | None = None, retry_after_seconds: float = 1.0
    ) -> None:
        super().__init__(f"{message or type(self).message} {_patience(retry_after_seconds)}", code=code)
        self.retry_after_seconds = retry_after_seconds


def _patience(seconds: float) -> str:
    """What to do, and when it can be tried again."""
    count = max(1, math.ceil(seconds))
    if count == 1:
        return "Wait a second, then try again."
    if count < _IN_SECONDS_BELOW:
        return f"Wait {count} seconds, then try again."
    minutes = math.ceil(seconds / 60)
    if minutes < _IN_MINUTES_BELOW:
        return f"Wait {minutes} minutes, then try again."
    return f"Wait {math.ceil(minutes / 60)} hours, then try again."


class Unavailable(DomainError):
    """A part of the instance cannot do its work at the moment; nothing was changed, trying again is safe."""

    code = "unavailable"
    message = "The server cannot do that at the moment. Nothing was changed; please try again."
