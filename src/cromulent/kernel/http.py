"""The few rules about HTTP headers that pages, API and gateway share: whose token, which origin."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

SECURE_COOKIE = "__Host-session"
PLAIN_COOKIE = "session"
SECURE_DEVICE_COOKIE = "__Host-device"
PLAIN_DEVICE_COOKIE = "device"


def is_secure(scheme: str) -> bool:
    """Whether a request came by TLS: `scheme` is that of the ASGI scope, in which a trusted proxy has had its say."""
    return scheme in ("https", "wss")


def session_cookie(scheme: str) -> str:
    """The name of the cookie with the login: with TLS one that no page without it, and no other host, can put there.

    The prefix `__Host-` is refused by browsers without TLS, so plain HTTP has a plain name.
    """
    return SECURE_COOKIE if is_secure(scheme) else PLAIN_COOKIE


def device_cookie(scheme: str) -> str:
    """The name of the cookie with the mark of a known device, chosen alike."""
    return SECURE_DEVICE_COOKIE if is_secure(scheme) else PLAIN_DEVICE_COOKIE


def login_token_of(headers: Mapping[bytes, bytes], scheme: str) -> str | None:
    """The login token a request carries: `Authorization: Bearer`, else the cookie. Header names in lower case."""
    return bearer_token_of(headers) or _cookie_of(headers, session_cookie(scheme))


def device_mark_of(headers: Mapping[bytes, bytes], scheme: str) -> str:
    """The mark of a known device a browser carries, or nothing. Header names in lower case."""
    return _cookie_of(headers, device_cookie(scheme)) or ""


def bearer_token_of(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of `Authorization: Bearer`, which no browser sends by itself, or None."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _cookie_of(headers: Mapping[bytes, bytes], wanted: str) -> str | None:
    """The first cookie of this name, None when it is empty.

    Read by hand: `http.cookies` drops every cookie when one of another program on this host is malformed, and is slow.
    """
    for pair in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted:
            return value or None
    return None


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
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return parts.scheme == ("https" if is_secure(scheme) else "http") and parts.netloc == host and bool(host)
