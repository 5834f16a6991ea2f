"""Whatever is sent to whichever route: a clear refusal with a code, never an error of the server."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.api.site import ORIGIN, Site, code_of
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio

NO_ID = "0190a000-0000-7000-8000-000000000000"
WRONG_VALUES: list[object] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    2**53,
    10**40,
    "",
    "x",
    "\x00",
    "😀" * 10_000,
    "../..",
    [],
    ["x"],
    {},
    {"x": {"y": []}},
]
WRONG_BODIES: list[object] = [None, True, 1, 1.5, "text", [], [{}], {"unknown": 1}, {"": ""}, {"data": {}}, [[[[]]]]]
WRONG_SEGMENTS = [
    NO_ID,
    "x",
    "%00",
    "%ff",
    "%F0%9F%98%80",
    "..%2f..",
    "%2e%2e",
    "-1",
    "1' OR '1'='1",
    "0190A000-0000-7000-8000-000000000000",
    "{0190a000-0000-7000-8000-000000000000}",
    "x" * 4000,
]
WRONG_QUERY_VALUES = ["", "x", "-1", "1.5", "1e3", "99999999999999999999999", "%00", "%ff", "null", "[]", "true", "0"]


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the instance's own description has it."""

    method: str
    path: str
    query: tuple[str, ...]
    body: tuple[str, ...] | None

    def url(self, segment: str = NO_ID) -> str:
        """The address, `segment` for every parameter."""
        parts = [segment if part.startswith("{") else part for part in self.path.split("/")]
        return ORIGIN + "/".join(parts)


async def operations_of(site: Site) -> list[Operation]:
    """Every operation the instance describes."""
    reader = await site.administrator("reader")
    schema = (await reader.get(f"{ORIGIN}/api/schema/openapi.json")).json()
    found = [
        _operation(method.upper(), path, described, schema)
        for path, methods in schema["paths"].items()
        for method, described in methods.items()
        if not path.startswith("/api/schema")
    ]
    assert len(found) >= 11
    return found


def _operation(method: str, path: str, described: dict[str, Any], schema: dict[str, Any]) -> Operation:
    query = tuple(each["name"] for each in described.get("parameters", []) if each["in"] == "query")
    if "requestBody" not in described:
        return Operation(method, path, query, None)
    body = described["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" in body:
        body = schema["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    return Operation(method, path, query, tuple(body.get("properties", ())))


def wrong_bodies(members: tuple[str, ...]) -> Iterator[object]:
    """Values of no use as a body whose members these are: other shapes, one wrong member, all members wrong."""
    yield from WRONG_BODIES
    for value in WRONG_VALUES:
        yield dict.fromkeys(members or ("x",), value)
        for member in members:
            yield dict.fromkeys(members, "plausible") | {"nonce": str(uuid.uuid4())} | {member: value}


class Prober:
    """Sends requests, each from an address of its own so that no limit on addresses hides anything."""

    def __init__(self, site: Site, cookies: httpx2.Cookies) -> None:
        self._site = site
        self._cookies = cookies
        self._numbers = itertools.count(1)

    async def send(self, method: str, url: str, **content: Any) -> httpx2.Response:
        """One request as the administrator."""
        number = next(self._numbers)
        browser = self._site.browser(address=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
        browser.cookies = self._cookies
        self._site.clock.advance(1)
        return await browser.request(method, url, **content)


@pytest.fixture
async def prober(site: Site) -> Prober:
    return Prober(site, (await site.administrator()).cookies)


async def general(site: Site) -> str:
    """The id of a channel everybody is in, so that a request gets as far as it can."""
    return await site.instance.database.read(
        lambda connection: connection.exec_driver_sql("SELECT id FROM channels WHERE kind = 'text'").scalar_one()
    )


def assert_refused(answer: httpx2.Response, sent: object) -> None:
    assert 400 <= answer.status_code < 500, (sent, answer.text)
    assert code_of(answer), sent


def is_right_after_all(operation: Operation, body: Any) -> bool:
    """Whether a body made to be wrong happens to be a good one for this operation."""
    good = {
        "POST /api/v1/channels/{channel_id}/messages": lambda: isinstance(body["text"], str),
        "PUT /api/v1/channels/{channel_id}/read-state": lambda: body["seq"] >= 0,
        "PATCH /api/v1/me": lambda: body["display_name"] in ("x", "../.."),
        "POST /api/v1/admin/invites": lambda: body == {"expires_in_seconds": None, "max_uses": None},
    }
    return good[f"{operation.method} {operation.path}"]()


@on_both_engines
async def test_no_body_of_the_wrong_shape_gets_through(site: Site, prober: Prober) -> None:
    channel_id = await general(site)
    for operation in await operations_of(site):
        if operation.body is None:
            continue
        for body in wrong_bodies(operation.body):
            answer = await prober.send(operation.method, operation.url(channel_id), json=body)
            if answer.is_success:
                assert is_right_after_all(operation, body), (operation, body)
            else:
                assert_refused(answer, (operation, body))


@on_both_engines
async def test_no_segment_of_an_address_breaks_a_route(site: Site, prober: Prober) -> None:
    for operation in await operations_of(site):
        if "{" not in operation.path:
            continue
        body = None if operation.body is None else {"nonce": str(uuid.uuid4()), "text": "x"}
        for segment in WRONG_SEGMENTS:
            assert_refused(await prober.send(operation.method, operation.url(segment), json=body), (operation, segment))


@on_both_engines
async def test_no_value_in_a_query_breaks_a_route(site: Site, prober: Prober) -> None:
    channel_id = await general(site)
    for operation in await operations_of(site):
        for name, value in itertools.product(operation.query, WRONG_QUERY_VALUES):
            for query in (f"{name}={value}", f"{name}={value}&{name}=1", f"{name}[]={value}", f"{name}"):
                answer = await prober.send(operation.method, f"{operation.url(channel_id)}?{query}")
                if answer.status_code != 200:
                    assert_refused(answer, (operation, query))


async def test_every_route_but_the_public_ones_asks_who_is_there(site: Site) -> None:
    public = set[str]()
    for operation in await operations_of(site):
        body = None if operation.body is None else dict.fromkeys(operation.body, "x")
        answer = await site.browser().request(operation.method, operation.url(), json=body)
        if answer.status_code != 401 or code_of(answer) == "wrong_credentials":
            public.add(f"{operation.method} {operation.path}")
    assert public == {
        "GET /api/v1/instance",
        "POST /api/v1/setup",
        "POST /api/v1/register",
        "POST /api/v1/register/check",
        "POST /api/v1/password-reset",
        "POST /api/v1/login",
        "POST /api/v1/login/link",
        "GET /healthz",
        "GET /readyz",
    }


async def test_no_unsafe_route_takes_a_request_from_another_site(site: Site, prober: Prober) -> None:
    unsafe = [operation for operation in await operations_of(site) if operation.method != "GET"]
    assert len(unsafe) >= 6
    for operation in unsafe:
        body = None if operation.body is None else dict.fromkeys(operation.body, "x")
        answer = await prober.send(operation.method, operation.url(), json=body, headers={"origin": "http://evil.test"})
        assert code_of(answer) == "cross_site_request", operation


async def test_a_method_a_path_does_not_have_is_a_problem(site: Site, prober: Prober) -> None:
    operations = await operations_of(site)
    methods = {path: {each.method for each in operations if each.path == path} for path in {o.path for o in operations}}
    for operation in operations:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods[operation.path]:
            answer = await prober.send(method, operation.url(), json={})
            assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed"), (method, operation)
            assert method not in answer.headers["allow"]
