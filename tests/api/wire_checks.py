"""What must be true of every answer, whatever was asked."""

from __future__ import annotations

import httpx2

SIXTY_DAYS = 60 * 86400
LONGEST_COOKIE = 400 * 86400


def assert_safe_answer(answer: httpx2.Response, *, is_api: bool) -> None:
    """The headers that go on everything; and whatever the API says is kept by nobody."""
    headers = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert headers["content-security-policy"].count("unsafe") == 1
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "microphone=(self)" in headers["permissions-policy"]
    assert "camera=()" in headers["permissions-policy"]
    assert len(headers["x-request-id"]) == 36
    if is_api:
        assert headers.get_list("cache-control") == ["no-store"]
    else:
        assert "no-store" not in headers.get("cache-control", "")


def assert_safe_cookies(answer: httpx2.Response, *, secure: bool) -> list[str]:
    """No script reads them, no other site makes them be sent, and none made over TLS leaves it; the names of those set."""
    names = list[str]()
    for cookie in answer.headers.get_list("set-cookie"):
        name, _, _ = cookie.partition("=")
        parts = [part.strip().lower().partition("=") for part in cookie.split(";")[1:]]
        told = {attribute: value for attribute, _, value in parts}
        longest = int(told.pop("max-age"))
        assert longest in (0, SIXTY_DAYS) if name.endswith("session") else longest == LONGEST_COOKIE
        expected = {"httponly": "", "path": "/", "samesite": "lax"} | ({"secure": ""} if secure else {})
        assert told == expected, cookie
        assert name.startswith("__Host-") == secure, cookie
        names.append(name.removeprefix("__Host-"))
    return names
