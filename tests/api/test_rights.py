"""Every route the instance describes, asked by everybody one can be to it: who may is in `rights.py`, and nobody else may."""

from __future__ import annotations

import itertools

import httpx2
import pytest

from tests.api.rights import IN_A_PRIVATE_CHANNEL, IN_A_PUBLIC_CHANNEL, Rights, Role
from tests.api.scenes import Scene, Theatre, Visibility
from tests.api.site import Site, code_of, without_request_id
from tests.api.test_every_route import operations_of
from tests.api.wire_checks import assert_safe_answer, assert_safe_cookies

pytestmark = pytest.mark.anyio
CODES = {401: {"not_authenticated"}, 403: {"forbidden"}, 404: {"not_found"}}
INSIDE = {Role.MEMBER, Role.ADMINISTRATOR}
KNOWN_TO: dict[str, set[Role]] = {
    "channel_id": INSIDE,
    "message_id": INSIDE,
    "user_id": set(),
    "invite_id": set(),
    "login_session_id": set(),
}
"""Who sees the thing anyhow, so that another refusal tells them nothing new."""
_numbers = itertools.count(1)


async def ask(theatre: Theatre, scene: Scene, role: Role, route: str, *, missing: str = "") -> httpx2.Response:
    """Send the request as a browser of that role does; whatever the answer is, it is a safe one."""
    number = next(_numbers)
    browser = theatre.site.browser(address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    if role is not Role.ANONYMOUS:
        browser.cookies.set("session", scene.token)
    method, path = route.split(" ")
    query = "?kind=text" if route == "GET /api/v1/channels" else ""
    body = None if method in ("GET", "DELETE") else scene.body(path)
    answer = await browser.request(method, scene.url(path, missing) + query, json=body)
    assert_safe_answer(answer, is_api=path.startswith("/api/"))
    assert_safe_cookies(answer, secure=False)
    return answer


def wrongly_answered(route: str, role: Role, rights: Rights, answer: httpx2.Response) -> str:
    """What is wrong with an answer, if anything."""
    expected = rights.status_for(role)
    if answer.status_code == expected and (answer.is_success or _says_why(expected, answer)):
        return ""
    return f"{route} by {role.value}: {answer.status_code} {answer.text}, not {expected}"


def _says_why(status: int, answer: httpx2.Response) -> bool:
    return code_of(answer) in CODES.get(status, {code_of(answer)}) or answer.url.path == "/api/v1/setup"


@pytest.mark.parametrize(
    ("database_at", "visibility", "table"),
    [
        ("sqlite", "private", IN_A_PRIVATE_CHANNEL),
        ("postgresql", "private", IN_A_PRIVATE_CHANNEL),
        ("sqlite", "public", IN_A_PUBLIC_CHANNEL),
    ],
    ids=["private-sqlite", "private-postgresql", "public"],
    indirect=["database_at"],
)
async def test_each_may_what_the_table_says_and_no_more(
    site: Site, visibility: Visibility, table: dict[str, Rights]
) -> None:
    theatre = await Theatre.open(site)
    wrong = list[str]()
    for (route, rights), role in itertools.product(table.items(), Role):
        scene = await theatre.scene(role, visibility, route)
        wrong.append(wrongly_answered(route, role, rights, await ask(theatre, scene, role, route)))
    assert [each for each in wrong if each] == []


async def test_no_route_is_missing_from_the_table(site: Site) -> None:
    described = {f"{operation.method} {operation.path}" for operation in await operations_of(site)}
    assert described == set(IN_A_PRIVATE_CHANNEL)
    assert {route for route in described if "{channel_id}" in route} == set(IN_A_PUBLIC_CHANNEL)


@pytest.mark.parametrize("parameter", KNOWN_TO)
async def test_who_may_not_cannot_tell_what_is_there_from_what_is_not(site: Site, parameter: str) -> None:
    theatre = await Theatre.open(site)
    tried = 0
    for (route, rights), role in itertools.product(IN_A_PRIVATE_CHANNEL.items(), Role):
        if f"{{{parameter}}}" not in route or role in KNOWN_TO[parameter] or rights.status_for(role) < 400:
            continue
        scene = await theatre.scene(role, "private", route)
        there = await ask(theatre, scene, role, route)
        missing = await ask(theatre, scene, role, route, missing=parameter)
        assert there.status_code == missing.status_code, (route, role)
        assert without_request_id(there) == without_request_id(missing), (route, role)
        assert sorted(there.headers) == sorted(missing.headers)
        tried += 1
    assert tried >= 3
