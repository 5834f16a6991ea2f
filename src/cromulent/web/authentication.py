"""Who is asking: the guard every route has unless it says it is public, and the cookie a browser carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, cast

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler

from cromulent.accounts import Identity, Visitor
from cromulent.kernel import http
from cromulent.kernel.errors import NotAuthenticated
from cromulent.web.device import device_of
from cromulent.web.services import services_of

ApiRequest = Request[Identity, Any, State]
Connection = ASGIConnection[Any, Any, Any, Any]

PUBLIC = {"public": True}
"""`opt=PUBLIC` on a route: strangers may ask."""
COOKIE_SECONDS = 60 * 86400
"""As long as a login session lasts; the page asks `GET /me` at every start, which sends the cookie anew."""
USER_HEADER = b"cromulent-user"
"""For whom a page speaks. The cookie is the browser's: another tab may have exchanged it for somebody else's."""
DEVICE_COOKIE_SECONDS = 400 * 86400
"""As long as browsers keep one at most."""


async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request through to a route that is not public only with a valid token, and leave its `Identity` as `request.user`.

    Raises `NotAuthenticated`.
    """
    if not handler.opt.get("public"):
        scope = cast("MutableMapping[str, Any]", connection.scope)
        scope["user"] = await identify(scope)


async def identify(scope: Mapping[str, Any]) -> Identity:
    """Whose token a request carries. Raises `NotAuthenticated`, also when it speaks for somebody else."""
    headers = dict(scope["headers"])
    token = http.login_token_of(headers, scope["scheme"])
    if token is None:
        raise NotAuthenticated
    identity = await services_of(scope).accounts.identify(token)
    if headers.get(USER_HEADER, identity.user.id.encode()) != identity.user.id.encode():
        raise NotAuthenticated("Somebody else has logged in in this browser.", code="other_user")
    return identity


def identity_of(request: Request[Any, Any, Any]) -> Identity:
    """Who is asking; the dependency `identity` of the routes that are not public."""
    identity = _scope_of(request).get("user")
    if not isinstance(identity, Identity):
        raise NotAuthenticated
    return identity


def visitor_of(request: Request[Any, Any, Any]) -> Visitor:
    """Where a login comes from; the dependency `visitor`."""
    client = _scope_of(request).get("client")
    mark = http.device_mark_of(dict(request.scope["headers"]), request.scope["scheme"])
    return Visitor(device_of(request.headers.get("user-agent", "")), client[0] if client else "", mark)


def login_cookie(request: Request[Any, Any, Any], token: str) -> Cookie:
    """The cookie that carries a login, for as long as the login lasts."""
    return _cookie(request, http.session_cookie, token, COOKIE_SECONDS)


def device_cookie(request: Request[Any, Any, Any], mark: str) -> Cookie:
    """The cookie by which a browser is known to have been used by somebody; it stays when they log out."""
    return _cookie(request, http.device_cookie, mark, DEVICE_COOKIE_SECONDS)


def no_cookie(request: Request[Any, Any, Any]) -> Cookie:
    """What makes a browser forget its login."""
    return _cookie(request, http.session_cookie, "", 0)


def renewed_cookie(request: Request[Any, Any, Any]) -> list[Cookie]:
    """The cookie the request came with, to last from now; none where a bearer token was used."""
    headers = dict(request.scope["headers"])
    bearer = http.bearer_token_of(headers)
    token = http.login_token_of(headers, request.scope["scheme"]) if bearer is None else None
    return [] if token is None else [login_cookie(request, token)]


def _scope_of(request: Request[Any, Any, Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", request.scope)


def _cookie(request: Request[Any, Any, Any], name: Callable[[str], str], value: str, max_age: int) -> Cookie:
    scheme = request.scope["scheme"]
    return Cookie(
        key=name(scheme),
        value=value,
        path="/",
        max_age=max_age,
        httponly=True,
        secure=http.is_secure(scheme),
        samesite="lax",
    )
