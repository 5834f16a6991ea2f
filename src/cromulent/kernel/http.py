"""The few rules about HTTP headers that pages, API and gateway share: whose token, which origin."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

SECURE_COOKIE = "__Host-session"
PLAIN_COOKIE = "session"


def login_token_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The login token a request carries: `Authorization: Bearer`, else the cookie. Header names in lower case."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return _cookie_token(headers.get(b"cookie", b"").decode("latin-1"))


def _cookie_token(header: str) -> str | None:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return None
    found = cookies.get(SECURE_COOKIE) or cookies.get(PLAIN_COOKIE)
    return found.value if found else None


def is_same_origin(headers: Mapping[bytes, bytes], scheme: str, allowed: frozenset[str] = frozenset()) -> bool:
    """Whether a request's `Origin`, if it has one, is this site or one of the `allowed` origins (`https://host[:port]`).

    Only browsers send `Origin`, and they cannot be made to lie about it: this is what keeps other sites from using a
    visitor's cookie.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return True
    text = origin.decode("latin-1").lower()
    if text in allowed:
        return True
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    secure = scheme in ("https", "wss")
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return parts.scheme == ("https" if secure else "http") and parts.netloc == host and bool(host)
