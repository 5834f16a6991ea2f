"""What every answer carries, whatever it is and whoever gives it; and the attributes of every cookie."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from cromulent.db import Database
from cromulent.web.client_files import ClientFiles
from cromulent.web.front_door import FrontDoor, Message, Scope
from tests.api.newcomers import form, invite
from tests.api.site import API, ORIGIN, PASSWORD, Site, code_of
from tests.api.wire_checks import assert_safe_answer, assert_safe_cookies

pytestmark = pytest.mark.anyio
HTTPS = "https://chat.test"
OTHER_PASSWORD = "another horse battery"


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", f"{API}/instance", 200),
        ("HEAD", f"{API}/instance", 405),
        ("GET", f"{API}/me", 401),
        ("GET", f"{API}/nothing", 404),
        ("GET", f"{ORIGIN}/api/schema", 401),
        ("PUT", f"{API}/me", 415),
        ("POST", f"{API}/login", 415),
        ("GET", f"{API}/me?token=x", 400),
        ("GET", f"{API}/%00", 404),
        ("OPTIONS", f"{API}/login", 401),
        ("GET", f"{ORIGIN}/healthz", 200),
        ("GET", f"{ORIGIN}/assets/nothing.js", 404),
        ("GET", f"{ORIGIN}/gateway", 404),
        ("POST", f"{ORIGIN}/", 415),
    ],
)
async def test_every_answer_carries_the_security_headers(site: Site, method: str, url: str, status: int) -> None:
    answer = await site.browser().request(method, url)
    assert answer.status_code == status
    assert_safe_answer(answer, is_api=url.startswith(f"{ORIGIN}/api/"))


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/channels/x", 200), ("/a.js", 200), ("/assets/a.js", 200), ("/assets/b.js", 404)]
)
async def test_files_of_the_client_carry_them_too(tmp_path: Path, path: str, status: int) -> None:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "a.js", "assets/a.js"):
        (tmp_path / name).write_text("text")
    transport = httpx2.ASGITransport(app=FrontDoor(ClientFiles(tmp_path), frozenset()))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        answer = await client.get(path)
        assert answer.status_code == status
        assert_safe_answer(answer, is_api=False)
        if status == 200:
            unchanged = await client.get(path, headers={"if-none-match": answer.headers["etag"]})
            assert unchanged.status_code == 304
            assert_safe_answer(unchanged, is_api=False)
        assert_safe_answer(await client.head(path), is_api=False)


async def test_a_failure_nobody_foresaw_carries_them_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_args: object) -> None:
        raise ZeroDivisionError("a secret")

    browser = await site.administrator()
    monkeypatch.setattr(Database, "read", fail)
    answer = await browser.get("login-sessions")
    assert (answer.status_code, code_of(answer)) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert_safe_answer(answer, is_api=True)


@pytest.mark.parametrize(
    ("path", "query", "origin", "status"),
    [
        ("/gateway", b"", b"https://evil.test", 403),
        ("/gateway", b"token=x", ORIGIN.encode(), 400),
        ("/elsewhere", b"", ORIGIN.encode(), 404),
    ],
)
async def test_a_refused_upgrade_carries_them_too(
    site: Site, path: str, query: bytes, origin: bytes, status: int
) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "websocket",
        "path": path,
        "query_string": query,
        "scheme": "ws",
        "client": ("192.0.2.1", 50000),
        "headers": [(b"host", b"chat.test"), (b"origin", origin)],
    }
    await site.instance.app(scope, receive, send)
    assert [message["type"].rpartition(".")[2] for message in sent] == ["start", "body"]
    answer = httpx2.Response(status, headers=sent[0]["headers"], content=sent[1]["body"])
    assert sent[0]["status"] == status
    assert code_of(answer) in ("cross_site_request", "token_in_url", "not_found")
    assert_safe_answer(answer, is_api=True)


@pytest.mark.parametrize("origin", [ORIGIN, HTTPS], ids=["http", "https"])
async def test_every_cookie_has_all_its_attributes(site: Site, origin: str) -> None:
    administrator = await site.administrator()
    made, user = await invite(administrator), (await administrator.get("me")).json()["user"]
    reset = (await administrator.post(f"admin/users/{user['id']}/reset-link", json={})).json()["secret"]
    link = await site.instance.accounts.make_sign_in_link("cat", "member")

    async def set_by(method: str, path: str, body: dict[str, object] | None = None) -> list[str]:
        answer = await browser.request(method, path, json=body)
        assert answer.is_success, answer.text
        return assert_safe_cookies(answer, secure=origin == HTTPS)

    browser = site.browser(origin)
    assert await set_by("POST", "register", form("ben", made["secret"])) == ["session", "device"]
    passwords: dict[str, object] = {"current_password": PASSWORD, "password": OTHER_PASSWORD}
    assert await set_by("PUT", "me/password", passwords) == ["session"]
    assert await set_by("GET", "me") == ["session"]
    assert await set_by("POST", "logout", {}) == ["session"]
    assert await set_by("POST", "login", {"login": "ben", "password": OTHER_PASSWORD}) == ["session", "device"]
    sessions = (await browser.get("login-sessions")).json()["login_sessions"]
    assert await set_by("DELETE", f"login-sessions/{sessions[0]['id']}") == ["session"]
    assert await set_by("POST", "login/link", {"secret": link}) == ["session", "device"]
    assert await set_by("POST", "password-reset", {"secret": reset, "password": OTHER_PASSWORD}) == [
        "session",
        "device",
    ]
