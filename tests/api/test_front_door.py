"""What is refused before any route sees it, and what every answer carries."""

from __future__ import annotations

import json

import httpx2
import pytest

from cromulent.web.front_door import AsgiApp, Message, Receive, Scope
from tests.api.site import ORIGIN, PASSWORD, Site, code_of

pytestmark = pytest.mark.anyio
CREDENTIALS = {"login": "ann", "password": PASSWORD}

OWN = [
    {"origin": ORIGIN},
    {"origin": ORIGIN, "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "same-origin"},
    {"origin": "HTTP://CHAT.test"},
    {"origin": "https://chat.test", "sec-fetch-site": "same-origin"},  # behind a web server that ends TLS
]
FOREIGN = [
    {},
    {"origin": "null"},
    {"origin": "http://evil.test"},
    {"origin": "http://chat.test.evil.test"},
    {"origin": "http://chat.test:8080"},
    {"origin": "https://chat.test"},
    {"origin": ""},
    {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"referer": ORIGIN},
    {"authorization": "Basic YW5uOmFubg=="},
    {"authorization": "Bearer "},
]


def with_headers(browser: httpx2.AsyncClient, headers: dict[str, str]) -> httpx2.AsyncClient:
    """The browser, sending these instead of its own origin."""
    del browser.headers["origin"]
    browser.headers.update(headers)
    return browser


@pytest.mark.parametrize("headers", OWN)
async def test_a_page_of_the_instance_may_change_things(site: Site, headers: dict[str, str]) -> None:
    browser = with_headers(await site.administrator(), headers)
    assert (await browser.post("logout", json={})).status_code == 204


@pytest.mark.parametrize("headers", FOREIGN)
async def test_another_site_cannot_use_a_visitors_cookie(site: Site, headers: dict[str, str]) -> None:
    browser = with_headers(await site.administrator(), headers)
    for request in (
        browser.post("logout", json={}),
        browser.delete("login-sessions/x"),
        browser.post("login", json=CREDENTIALS),
    ):
        answer = await request
        assert (answer.status_code, code_of(answer)) == (403, "cross_site_request")
        assert "set-cookie" not in answer.headers
    assert (await browser.get("me", headers={"authorization": ""})).status_code == 200


async def test_a_bearer_token_does_not_lend_itself_to_the_cookie(site: Site) -> None:
    browser = with_headers(await site.administrator(), {"authorization": "Bearer nonsense"})
    answer = await browser.post("logout", json={})
    assert code_of(answer) == "not_authenticated"


SECRETS = [
    "token=x",
    "TOKEN=x",
    "access_token=x",
    "secret=x",
    "session=x",
    "a=b&password=x",
    "%74oken=x",
    "token",
    "token=",
    "api_key",
]


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/login", "/", "/setup", "/healthz", "/assets/x.js"])
async def test_a_secret_in_an_address_is_refused_everywhere(site: Site, path: str) -> None:
    browser = await site.administrator()
    for query in SECRETS:
        answer = await browser.get(f"{ORIGIN}{path}?{query}")
        assert (answer.status_code, code_of(answer)) == (400, "token_in_url"), query


async def test_a_harmless_query_is_none_of_our_business(site: Site) -> None:
    browser = await site.administrator()
    assert (await browser.get("me?tokens=x&=&&%ff=%00")).status_code == 200


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", "json"]
)
async def test_a_body_that_is_not_json_by_its_type_is_refused(site: Site, media_type: str) -> None:
    await site.administrator()
    browser = site.browser()
    answer = await browser.post("login", content=json.dumps(CREDENTIALS), headers={"content-type": media_type})
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=utf-8"])
async def test_json_is_json_however_it_is_spelt(site: Site, media_type: str) -> None:
    await site.administrator()
    browser = site.browser()
    answer = await browser.post("login", content=json.dumps(CREDENTIALS), headers={"content-type": media_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"login": NaN, "password": "x"}',
        b'{"login": Infinity, "password": "x"}',
        b'{"login": "ann", "login": "ben", "password": "x"}',
        b'{"login": "\\ud800", "password": "x"}',
        b'{"login": "\xff", "password": "x"}',
        b'{"login": "ann", "password": "x"} {}',
        b'{"login": ' + b"[" * 33 + b"]" * 33 + b', "password": "x"}',
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"\x00",
        b"'",
    ],
)
async def test_what_is_no_safe_json_is_an_input_error(site: Site, body: bytes) -> None:
    answer = await site.browser().post("login", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert code_of(answer) == ("malformed_json" if body else "invalid_input")


async def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(site: Site) -> None:
    def padded(size: int) -> bytes:
        start = b'{"login": "ann", "password": "'
        return start + b"x" * (size - len(start) - 2) + b'"}'

    headers = {"content-type": "application/json"}
    fits = await site.browser().post("login", content=padded(65_536), headers=headers)
    assert code_of(fits) == "wrong_credentials"
    too_much = await site.browser().post("login", content=padded(65_537), headers=headers)
    assert (too_much.status_code, code_of(too_much)) == (413, "body_too_large")


async def test_a_body_without_a_declared_length_is_cut_off_too(site: Site) -> None:
    sent = 0

    async def receive() -> Message:
        nonlocal sent
        sent += 1
        return {"type": "http.request", "body": b"[" * 16_384, "more_body": True}

    status, body = await raw_request(site.instance.app, receive, [(b"transfer-encoding", b"chunked")])
    assert (status, json.loads(body)["code"]) == (413, "body_too_large")
    assert sent == 5


async def test_a_declared_length_beyond_the_limit_is_refused_unread(site: Site) -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    status, body = await raw_request(site.instance.app, receive, [(b"content-length", b"65537")])
    assert (status, json.loads(body)["code"]) == (413, "body_too_large")


async def test_a_client_that_hangs_up_in_its_body_gets_no_answer(site: Site) -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    assert await raw_request(site.instance.app, receive, []) == (0, b"")


async def raw_request(app: AsgiApp, receive: Receive, headers: list[tuple[bytes, bytes]]) -> tuple[int, bytes]:
    """A login as the server hands it on: status and body of the answer, 0 for none."""
    status, body = 0, b""

    async def send(message: Message) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body += message["body"]

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/login",
        "query_string": b"",
        "scheme": "http",
        "headers": [
            (b"host", b"chat.test"),
            (b"origin", ORIGIN.encode()),
            (b"content-type", b"application/json"),
            *headers,
        ],
    }
    await app(scope, receive, send)
    return status, body


async def test_request_ids_differ(site: Site) -> None:
    browser = site.browser()
    assert len({(await browser.get("me")).headers["x-request-id"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("POST", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v2/me", 404, "not_found"),
        ("GET", "/api/", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/gateway", 404, "not_found"),
        ("PUT", "/api/v1/me", 405, "method_not_allowed"),
        ("GET", "/api/v1/login", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(site: Site, method: str, path: str, status: int, code: str) -> None:
    answer = await site.browser().request(method, ORIGIN + path, headers={"content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_whether_somebody_is_logged_in_is_asked_before_the_body_is_looked_at(site: Site) -> None:
    for body in ({}, {"nonce": 1}, []):
        answer = await site.browser().post("logout", json=body)
        assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
