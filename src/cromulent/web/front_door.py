"""What every HTTP request passes before any route sees it: checks that need no route, and headers that go on every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from cromulent.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound
from cromulent.kernel.http import bearer_token_of, is_same_origin
from cromulent.kernel.ids import new_id
from cromulent.kernel.json_input import check_json
from cromulent.web.errors import MEDIA_TYPE, REQUEST_ID, problem_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 64 * 1024
API = "/api/"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_SECRET_PARAMETERS = {"access_token", "api_key", "auth", "authorization", "password", "secret", "session", "token"}

_CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
_PERMISSIONS = (
    "microphone=(self), autoplay=(self), speaker-selection=(self), fullscreen=(self), screen-wake-lock=(self), "
    "camera=(), display-capture=(), geolocation=(), payment=(), usb=(), midi=(), serial=(), hid=()"
)
SECURITY_HEADERS = (
    (b"content-security-policy", _CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", _PERMISSIONS.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""`default-src 'self'` covers the gateway's WebSocket; `'wasm-unsafe-eval'` compiles RNNoise's WebAssembly and no text.

The sample of the other headers that everybody copies switches the microphone off.
"""
_NO_STORE = (b"cache-control", b"no-store")


class FrontDoor:
    """An ASGI application around another. HTTP only; anything else passes untouched.

    Refused here, as problems: secrets in the address, requests another site makes a browser send, bodies that are
    too large, not JSON by their type, or not JSON one may safely decode.
    """

    def __init__(self, app: AsgiApp, allowed_origins: frozenset[str]) -> None:
        self._app = app
        self._allowed_origins = allowed_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        scope[REQUEST_ID] = request_id = new_id()
        send = _with_headers(send, request_id, is_api=scope["path"].startswith(API))
        try:
            body = await self._checked_body(scope, receive)
        except DomainError as error:
            return await _refuse(send, error, request_id)
        except ConnectionError:
            return None
        return await self._app(scope, receive if body is None else _replayed(body, receive), send)

    async def _checked_body(self, scope: Scope, receive: Receive) -> bytes | None:
        if "\0" in scope["path"]:
            raise NotFound  # not every database can even be asked for it
        if scope["query_string"]:
            _refuse_secrets(scope["query_string"])
        if scope["method"] in _SAFE:
            return None
        headers: dict[bytes, bytes] = dict(scope["headers"])
        self._refuse_foreign(headers, scope["scheme"])
        body = await _read_body(headers, receive)
        if body or scope["method"] != "DELETE":
            _check_type(headers)
        if body:
            check_json(_text_of(body))
        return body

    def _refuse_foreign(self, headers: Mapping[bytes, bytes], scheme: str) -> None:
        """A bearer token proves that no browser added the credentials by itself; otherwise the browser must vouch for the page."""
        if bearer_token_of(headers) is not None:
            return
        site = headers.get(b"sec-fetch-site")
        own = b"origin" in headers and is_same_origin(headers, scheme, self._allowed_origins)
        if site != b"same-origin" if site is not None else not own:
            raise Forbidden("This request does not come from a page of this instance.", code="cross_site_request")


def _refuse_secrets(query: bytes) -> None:
    names = {name.lower() for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    if names & _SECRET_PARAMETERS:
        raise InvalidInput(
            "Secrets do not belong into an address, where logs and histories keep them.", code="token_in_url"
        )


def _check_type(headers: Mapping[bytes, bytes]) -> None:
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json":
        raise InvalidInput("The request must be JSON (Content-Type: application/json).", code="unsupported_media_type")


async def _read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    declared = headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    return body


def _too_large() -> InvalidInput:
    return InvalidInput(f"A request has at most {MAX_BODY_BYTES // 1024} KiB.", code="body_too_large")


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise InvalidInput("The body is not UTF-8.", code="malformed_json") from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out the body that was read already, and then what follows."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _with_headers(send: Send, request_id: str, *, is_api: bool) -> Send:
    added = [*SECURITY_HEADERS, (b"x-request-id", request_id.encode()), *([_NO_STORE] if is_api else [])]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return send_with_headers


async def refuse_upgrade(send: Send, error: DomainError) -> None:
    """Answer a request for a WebSocket as any other: with the problem, and the headers of every answer."""
    request_id = new_id()

    async def send_for_upgrade(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    await _refuse(_with_headers(send_for_upgrade, request_id, is_api=True), error, request_id)


async def _refuse(send: Send, error: DomainError, request_id: str) -> None:
    problem = problem_of(error)
    body = problem.body(request_id)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(name.encode(), value.encode()) for name, value in problem.headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
