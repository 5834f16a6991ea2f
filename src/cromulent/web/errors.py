"""Errors on their way out: one mapping from what went wrong to an RFC 9457 problem with a stable code."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from cromulent.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Unavailable,
)

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "cromulent.request_id"
"""The key of the ASGI scope under which the front door leaves the id of the request."""

STATUS_OF_KIND: Mapping[type[DomainError], int] = {
    InvalidInput: 400,
    NotAuthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    RateLimited: 429,
    Unavailable: 503,
}
STATUS_OF_CODE: Mapping[str, int] = {
    "nonce_reused": 422,
    "body_too_large": 413,
    "unsupported_media_type": 415,
}
"""Where one code has a status of its own."""

CODE_OF_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("invalid_input", InvalidInput.message),
    401: (NotAuthenticated.code, NotAuthenticated.message),
    403: (Forbidden.code, Forbidden.message),
    404: (NotFound.code, NotFound.message),
    405: ("method_not_allowed", "This address does not take requests of this kind."),
    413: ("body_too_large", "The request is too large."),
    415: ("unsupported_media_type", "The request must be JSON."),
    429: (RateLimited.code, "That was too fast. Wait a moment, then try again."),
    503: (Unavailable.code, Unavailable.message),
}
"""The framework's own errors, which know a status and nothing else."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the client will see it. `extra` are further members, `headers` go beside the body."""

    status: int
    code: str
    detail: str
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def body(self, request_id: str) -> bytes:
        """The JSON of it."""
        members = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        return msgspec.json.encode({**self.extra, **members})


def problem_of(error: Exception) -> Problem:
    """What a client is told of an error. Whatever nobody foresaw is `internal_error` and tells nothing."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, ValidationException):
        return _of_validation(error)
    if isinstance(error, HTTPException) and error.status_code in CODE_OF_STATUS:
        code, detail = CODE_OF_STATUS[error.status_code]
        return Problem(error.status_code, code, detail, headers=error.headers or {})
    return Problem(500, "internal_error", "Something went wrong on the server. It has been noted.")


def answer_with_problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler."""
    problem = problem_of(error)
    scope = cast("Mapping[str, Any]", request.scope)
    request_id = str(scope.get(REQUEST_ID, ""))
    if problem.status == 500:
        log.error("request_failed", request_id=request_id, path=scope["path"], exc_info=error)
    elif problem.status == 503:
        log.warning("request_refused", request_id=request_id, code=problem.code)
    return Response(
        problem.body(request_id), status_code=problem.status, media_type=MEDIA_TYPE, headers=dict(problem.headers)
    )


def _of_domain(error: DomainError) -> Problem:
    kind = next((status for kind, status in STATUS_OF_KIND.items() if isinstance(error, kind)), 400)
    status = STATUS_OF_CODE.get(error.code, kind)
    return Problem(status, error.code, error.message, error.detail, _headers_of(error))


def _headers_of(error: DomainError) -> Mapping[str, str]:
    if isinstance(error, RateLimited):
        return {"retry-after": str(math.ceil(error.retry_after_seconds))}
    if isinstance(error, Unavailable):
        return {"retry-after": "1"}
    if isinstance(error, NotAuthenticated):
        return {"www-authenticate": "Bearer"}
    return {}


def _of_validation(error: ValidationException) -> Problem:
    """The first thing that is wrong with the shape of a request, and with which part of it."""
    found = error.extra[0] if isinstance(error.extra, list) and error.extra else None
    if not isinstance(found, dict):
        return Problem(400, "invalid_input", InvalidInput.message)
    first = cast("dict[str, object]", found)
    key = str(first.get("key", ""))
    if key in ("", "data"):
        return Problem(400, "invalid_input", f"The request is not valid: {first.get('message')}.")
    return Problem(400, "invalid_input", f"`{key}` is not valid: {first.get('message')}.", {"field": key})
