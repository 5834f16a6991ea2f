"""More than was asked for: members nobody may set beside good ones, and passwords as long as a book."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from cromulent.accounts.passwords import PasswordHasher
from tests.api.rights import IN_A_PRIVATE_CHANNEL, Role
from tests.api.scenes import Scene, Theatre
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio
NOT_ONES_OWN = {
    "id": "0190a000-0000-7000-8000-000000000000",
    "user_id": "0190a000-0000-7000-8000-000000000000",
    "author_id": "0190a000-0000-7000-8000-000000000000",
    "password_hash": "x",
    "disabled_at": None,
    "created_at": "2026-01-01T00:00:00Z",
    "is_administrator": True,
    "__proto__": {"role": "administrator"},
}


async def send(theatre: Theatre, scene: Scene, route: str, body: dict[str, Any], number: int) -> httpx2.Response:
    """From an address of its own, so that no limit on addresses hides anything."""
    browser = theatre.site.browser(address=f"10.3.{number >> 8}.{number & 255}")
    browser.cookies.set("session", scene.token)
    method, path = route.split(" ")
    return await browser.request(method, scene.url(path), json=body)


async def test_what_a_route_does_not_ask_for_is_refused_and_nothing_of_the_rest_done(site: Site) -> None:
    theatre = await Theatre.open(site)
    tried = 0
    for route in IN_A_PRIVATE_CHANNEL:
        if route.startswith(("GET", "DELETE")):
            continue
        scene = await theatre.scene(Role.ADMINISTRATOR, "private", route)
        before = await log_of(site)
        for name, value in NOT_ONES_OWN.items():
            tried += 1
            body = scene.body(route.split(" ")[1]) | {name: value}
            answer = await send(theatre, scene, route, body, tried)
            assert (answer.status_code, code_of(answer)) == (400, "invalid_input"), (route, name)
        assert await log_of(site) == before, route
    assert tried > 100


async def log_of(site: Site) -> int:
    """How long the log is."""
    return await site.instance.database.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
    )


PASSWORDS = {
    "/setup": "password",
    "/register": "password",
    "/login": "password",
    "/password-reset": "password",
    "/me/password": "password",
    "/me/email": "current_password",
}
"""Where a password is taken."""


@pytest.mark.parametrize("path", PASSWORDS)
async def test_a_password_of_a_mebibyte_is_never_hashed(site: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    async def hashed(*_: object) -> bool:
        raise AssertionError("it was hashed")

    theatre = await Theatre.open(site)
    route = next(route for route in IN_A_PRIVATE_CHANNEL if route.endswith(f"/api/v1{path}"))
    scene = await theatre.scene(Role.MEMBER, "private", route)
    monkeypatch.setattr(PasswordHasher, "hash", hashed)
    monkeypatch.setattr(PasswordHasher, "verify", hashed)
    body = scene.body(f"/api/v1{path}")
    for number, (size, statuses) in enumerate(((2**20, {413}), (60_000, {400, 401}))):
        answer = await send(theatre, scene, route, body | {PASSWORDS[path]: "x" * size}, number)
        assert answer.status_code in statuses, answer.text
        assert code_of(answer) in ("body_too_large", "invalid_password", "wrong_credentials", "wrong_password")


async def test_no_route_that_takes_a_password_is_missing_above(site: Site) -> None:
    scene = await (await Theatre.open(site)).scene(Role.MEMBER, "private", "GET /api/v1/me")
    paths = {route.split(" ")[1] for route in IN_A_PRIVATE_CHANNEL}
    taking = {path for path in paths if any("password" in name for name in scene.body(path))}
    assert {path.removeprefix("/api/v1") for path in taking} == set(PASSWORDS)
