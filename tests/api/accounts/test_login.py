"""Logging in and out over HTTP: answers, cookies, tokens, and one's own login sessions."""

from __future__ import annotations

import pytest

from cromulent.kernel.ids import new_id
from tests.api.site import FIREFOX, PASSWORD, Site, code_of, without_request_id

pytestmark = pytest.mark.anyio
SIXTY_DAYS = 60 * 86400


async def test_the_cookie_of_a_page_without_tls(site: Site) -> None:
    await site.administrator()
    answer = await site.browser().post("login", json={"login": "ann", "password": PASSWORD})
    cookie, device = answer.headers.get_list("set-cookie")
    assert device.startswith("device=")
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("session=")
    assert parts == {"httponly", "path=/", f"max-age={SIXTY_DAYS}", "samesite=lax"}


async def test_the_cookie_of_a_page_with_tls_cannot_leave_it(site: Site) -> None:
    await site.administrator()
    browser = site.browser("https://chat.test")
    answer = await browser.post("login", json={"login": "ann", "password": PASSWORD})
    cookie, device = answer.headers.get_list("set-cookie")
    assert device.startswith("__Host-device=")
    assert cookie.startswith("__Host-session=")
    assert "; secure" in cookie.lower()
    assert "domain" not in cookie.lower()
    assert (await browser.get("me")).status_code == 200


async def test_with_tls_a_cookie_that_a_page_without_it_could_have_put_there_is_none(site: Site) -> None:
    plain = await site.administrator("eve")
    given = {"session": plain.cookies["session"], "device": plain.cookies["device"]}
    browser = site.browser("https://chat.test")
    browser.cookies.update(given)
    answer = await browser.get("me")
    assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")
    assert "set-cookie" not in answer.headers
    for _ in range(5):
        await site.browser().post("login", json={"login": "eve", "password": "wrong horse battery"})
    answer = await browser.post("login", json={"login": "eve", "password": PASSWORD})
    assert code_of(answer) == "too_many_attempts"


async def test_the_cookie_lasts_its_full_time_again_from_each_start_of_the_page(site: Site) -> None:
    browser = await site.administrator()
    token = browser.cookies["session"]
    answer = await browser.get("me")
    assert answer.headers["set-cookie"].startswith(f"session={token};")
    assert f"max-age={SIXTY_DAYS}" in answer.headers["set-cookie"].lower()
    assert "set-cookie" not in (await site.program(token).get("me")).headers


async def test_who_speaks_for_another_user_than_the_cookies_is_refused_everything_but_logging_in(site: Site) -> None:
    browser = await site.administrator()
    own = (await browser.get("me")).json()["user"]["id"]
    for stated, status in ((own, 200), (new_id(), 401), ("", 401)):
        answer = await browser.get("me", headers={"cromulent-user": stated})
        assert answer.status_code == status
        assert status == 200 or code_of(answer) == "other_user"
    login = {"login": "ann", "password": PASSWORD}
    assert (await browser.post("login", json=login, headers={"cromulent-user": new_id()})).status_code == 200


@pytest.mark.parametrize("login", ["ann", "nobody", "nobody@example.org"])
async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(site: Site, login: str) -> None:
    browser = await site.administrator("ann", "ann@example.org")
    wrong = await browser.post("login", json={"login": "ann@example.org", "password": "wrong horse battery"})
    answer = await site.browser(address="198.51.100.1").post(
        "login", json={"login": login, "password": "something else"}
    )
    assert (answer.status_code, code_of(answer)) == (401, "wrong_credentials")
    assert without_request_id(answer) == without_request_id(wrong)


async def test_the_sixth_failure_must_wait_and_is_told_how_long(site: Site) -> None:
    await site.administrator()
    browser = site.browser()
    for _ in range(5):
        await browser.post("login", json={"login": "ann", "password": "wrong horse battery"})
    answer = await browser.post("login", json={"login": "ann", "password": PASSWORD})
    assert (answer.status_code, code_of(answer)) == (429, "too_many_attempts")
    assert 890 <= int(answer.headers["retry-after"]) <= 900
    site.clock.advance(900)
    assert (await browser.post("login", json={"login": "ann", "password": PASSWORD})).status_code == 200


async def test_an_address_must_wait_after_twenty_failures(site: Site) -> None:
    browser = site.browser(address="2001:db8::1")
    for number in range(20):
        await browser.post("login", json={"login": f"nobody{number}", "password": "wrong"})
    neighbour = site.browser(address="2001:db8::2")
    answer = await neighbour.post("login", json={"login": "another", "password": "wrong"})
    assert code_of(answer) == "too_many_attempts"
    stranger = site.browser(address="2001:db8:0:1::2")
    assert code_of(await stranger.post("login", json={"login": "another", "password": "wrong"})) == "wrong_credentials"


async def test_logging_out_ends_the_login_and_the_cookie(site: Site) -> None:
    browser = await site.administrator()
    token = browser.cookies["session"]
    answer = await browser.post("logout", json={})
    assert answer.status_code == 204
    assert "session" not in browser.cookies
    assert code_of(await site.program(token).get("me")) == "not_authenticated"


async def test_a_bearer_token_does_what_the_cookie_does(site: Site) -> None:
    browser = await site.administrator()
    program = site.program(browser.cookies["session"])
    assert (await program.get("me")).json() == (await browser.get("me")).json()
    assert (await program.post("logout", json={})).status_code == 204
    assert (await browser.get("me")).status_code == 401


@pytest.mark.parametrize(
    "cookie", ["session=", "session=x", "session=ä", "session", "other=1; ;;=; session=\x7f", "=" * 5000]
)
async def test_a_cookie_that_is_no_login_is_no_error(site: Site, cookie: str) -> None:
    answer = await site.browser().get("me", headers={b"cookie": cookie.encode("latin-1")})
    assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")


async def test_another_programs_cookies_are_no_obstacle(site: Site) -> None:
    token = (await site.administrator()).cookies["session"]
    answer = await site.browser().get("me", headers={"cookie": f'bad[name]="x; session={token}; {{}}=1'})
    assert answer.status_code == 200


async def test_own_logins_are_listed_and_any_of_them_ended(site: Site) -> None:
    laptop = await site.administrator()
    site.clock.advance(60)
    phone = await site.logged_in("ann")
    listed = (await phone.get("login-sessions")).json()["login_sessions"]
    assert [session["current"] for session in listed] == [True, False]
    assert {session["device"] for session in listed} == {"Firefox on Linux"}
    assert listed[1]["created_at"] == "2026-01-01T00:00:00.000Z"
    assert (await phone.delete(f"login-sessions/{listed[1]['id']}")).status_code == 204
    assert (await laptop.get("me")).status_code == 401
    assert len((await phone.get("login-sessions")).json()["login_sessions"]) == 1
    ended = await phone.delete(f"login-sessions/{listed[0]['id']}")
    assert "max-age=0" in ended.headers["set-cookie"].lower()
    assert (await phone.get("me")).status_code == 401


async def test_a_foreign_login_looks_like_one_that_does_not_exist(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await site.administrator("ben")
    [session] = (await ben.get("login-sessions")).json()["login_sessions"]
    foreign = await ann.delete(f"login-sessions/{session['id']}")
    missing = await ann.delete("login-sessions/0190a000-0000-7000-8000-000000000000")
    assert (foreign.status_code, code_of(foreign)) == (404, "not_found")
    assert without_request_id(foreign) == without_request_id(missing)
    assert (await ben.get("me")).status_code == 200


async def test_a_demonstration_link_logs_in_as_often_as_it_is_opened(site: Site) -> None:
    secret = await site.instance.accounts.make_sign_in_link("Ann", "administrator")
    for _ in range(2):
        browser = site.browser()
        answer = await browser.post("login/link", json={"secret": secret})
        assert answer.status_code == 200
        assert (await browser.get("me")).json()["user"] == answer.json()["user"]
    assert code_of(await site.browser().post("login/link", json={"secret": secret[:-1]})) == "link_invalid"


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.0", "curl"),
        ("", "Unknown device"),
        ("\t x" * 500, "x" + " x" * 39),
    ],
)
async def test_a_login_is_named_after_its_device(site: Site, user_agent: str, device: str) -> None:
    await site.administrator()
    browser = site.browser()
    browser.headers["user-agent"] = user_agent
    await browser.post("login", json={"login": "ann", "password": PASSWORD})
    listed = (await browser.get("login-sessions")).json()["login_sessions"]
    assert [session["device"] for session in listed if session["current"]] == [device]
