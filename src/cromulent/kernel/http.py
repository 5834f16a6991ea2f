"""The few rules about HTTP headers that pages, API and gateway share: whose token, which origin."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SECURE_COOKIE = "__Host-session"
PLAIN_COOKIE = "session"
SECURE_DEVICE_COOKIE = "__Host-device"
PLAIN_DEVICE_COOKIE = "device"


def login_token_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The login token a request carries: `Authorization: Bearer`, else the cookie. Header names in lower case."""
    return bearer_token_of(headers) or _cookie_of(headers, SECURE_COOKIE, PLAIN_COOKIE)


def device_mark_of(headers: Mapping[bytes, bytes]) -> str:
    """The mark of a known device a browser carries, or nothing. Header names in lower case."""
    return _cookie_of(headers, SECURE_DEVICE_COOKIE, PLAIN_DEVICE_COOKIE) or ""


def bearer_token_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of `Authorization: Bearer`, which no browser sends by itself, or None."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _cookie_of(headers: Mapping[bytes, bytes], *names: str) -> str | None:
    """The first of these cookies that is there.

    Read by hand: `http.cookies` drops every cookie when one of another program on this host is malformed, and is slow.
    """
    found: dict[str, str] = {}
    for pair in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = pair.strip().partition("=")
        found.setdefault(name, value)
    return next((found[name] for name in names if found.get(name)), None)


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
