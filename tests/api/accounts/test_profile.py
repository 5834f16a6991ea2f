"""What users change about themselves over HTTP: display name, e-mail address and password, and what becomes of their logins."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.accounts.store import find_user_by_name
from tests.api.site import PASSWORD, Site, code_of
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio
NEW_PASSWORD = "staple battery horse"


async def user_id(site: Site, name: str) -> str:
    """The id of a user."""
    found = await site.instance.database.read(lambda connection: find_user_by_name(connection, name))
    assert found is not None
    return found.id


async def events(site: Site) -> list[str]:
    """The types of the events everybody hears."""
    return await site.instance.database.read(
        lambda connection: list(
            connection.exec_driver_sql("SELECT type FROM events WHERE feed = 'instance' ORDER BY pos").scalars()
        )
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Ann", "Ann"),
        ("  Ann \t the   first ", "Ann the first"),
        ("A\u0308nn", "Änn"),
        ("👩\u200d💻 Ann", "👩\u200d💻 Ann"),
        ("آ\u200cن", "آ\u200cن"),
        ("x" * 40, "x" * 40),
    ],
)
async def test_a_display_name_is_any_visible_line(site: Site, text: str, kept: str) -> None:
    ann = await site.administrator("ann")
    answer = await ann.patch("me", json={"display_name": text})
    assert (answer.status_code, answer.json()["user"]["display_name"]) == (200, kept)
    assert (await ann.get("me")).json() == answer.json()
    assert (await events(site))[-1] == "user.updated"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200b",
        "\u200d",
        "A\u202enn",
        "A\u2066nn",
        "A\x00nn",
        "A\u00adnn",
        "x" * 41,
        "\ue000",
        "\u2800",
        "\u3164",
        "\u0301",
        "A" + "\u0301" * 6,
        "\ufe0f",
    ],
)
async def test_what_cannot_be_seen_is_no_display_name(site: Site, text: str) -> None:
    ann = await site.administrator("ann")
    answer = await ann.patch("me", json={"display_name": text})
    assert (answer.status_code, code_of(answer), answer.json()["field"]) == (
        400,
        "invalid_display_name",
        "display_name",
    )


@pytest.mark.parametrize("extra", ["role", "user_name", "email", "id", "disabled_at", "password_hash"])
async def test_nothing_else_of_a_profile_is_changed_along_with_it(site: Site, extra: str) -> None:
    ann = await site.administrator("ann")
    before = (await ann.get("me")).json()
    answer = await ann.patch("me", json={"display_name": "Queen", extra: "administrator"})
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")
    assert (await ann.get("me")).json() == before


async def test_the_same_name_again_is_told_to_nobody(site: Site) -> None:
    ann = await site.administrator("ann")
    before = await events(site)
    await ann.patch("me", json={"display_name": "ann"})
    assert await events(site) == before


async def test_a_name_does_not_flicker(site: Site) -> None:
    ann = await site.administrator("ann")
    answers = [await ann.patch("me", json={"display_name": f"Ann {number}"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert code_of(answers[-1]) == "rate_limited"
    site.clock.advance(6)
    assert (await ann.patch("me", json={"display_name": "Ann again"})).status_code == 200


async def test_an_address_is_changed_with_the_password_and_is_a_way_in_from_then_on(site: Site) -> None:
    ann = await site.administrator("ann", "ann@example.org")
    body = {"current_password": PASSWORD, "email": " New@Example.org "}
    answer = await ann.put("me/email", json=body)
    assert (answer.status_code, answer.json()["email"]) == (200, "New@Example.org")
    assert (await ann.get("me")).json() == answer.json()
    await site.logged_in("new@example.org")
    old = await site.browser().post("login", json={"login": "ann@example.org", "password": PASSWORD})
    assert code_of(old) == "wrong_credentials"
    assert (await ann.put("me/email", json=body | {"email": "new@example.org"})).status_code == 200
    for nothing in (None, ""):
        assert (await ann.put("me/email", json=body | {"email": nothing})).json()["email"] is None
    assert "user.updated" not in await events(site)


async def test_nobody_gets_an_address_without_the_password_or_one_that_is_taken(site: Site) -> None:
    ann = await site.administrator("ann", "ann@example.org")
    await site.administrator("ben", "ben@example.org")
    for body, status, code in (
        ({"current_password": "a guess at it", "email": "new@example.org"}, 400, "wrong_password"),
        ({"current_password": "x" * 40_000, "email": "new@example.org"}, 400, "wrong_password"),
        ({"current_password": PASSWORD, "email": "BEN@example.org"}, 409, "email_taken"),
        ({"current_password": PASSWORD, "email": "nowhere"}, 400, "invalid_email"),
        ({"current_password": PASSWORD}, 400, "invalid_input"),
        ({"email": "new@example.org"}, 400, "invalid_input"),
    ):
        answer = await ann.put("me/email", json=body)
        assert (answer.status_code, code_of(answer)) == (status, code)
    assert (await ann.get("me")).json()["email"] == "ann@example.org"


async def test_neither_passwords_nor_addresses_are_guessed_by_changing_ones_own(site: Site) -> None:
    ann = await site.administrator("ann")
    await site.administrator("ben", "ben@example.org")
    for guess in ("a guess at it", PASSWORD, "another", PASSWORD, "a third"):
        await ann.put("me/email", json={"current_password": guess, "email": "ben@example.org"})
    answer = await ann.put("me/email", json={"current_password": PASSWORD, "email": "new@example.org"})
    assert (answer.status_code, code_of(answer)) == (429, "too_many_attempts")


async def test_another_password_ends_the_other_logins_and_renews_the_own_token(site: Site) -> None:
    laptop, phone = await site.administrator("ann"), await site.logged_in("ann")
    ben = await site.administrator("ben")
    old = laptop.cookies["session"]
    answer = await laptop.put("me/password", json={"current_password": PASSWORD, "password": NEW_PASSWORD})
    assert answer.status_code == 200, answer.text
    assert laptop.cookies["session"] != old
    assert (await laptop.get("me")).status_code == 200
    assert code_of(await site.program(old).get("me")) == "not_authenticated"
    assert code_of(await phone.get("me")) == "not_authenticated"
    assert (await ben.get("me")).status_code == 200
    assert len((await laptop.get("login-sessions")).json()["login_sessions"]) == 1
    for password, status in ((PASSWORD, 401), (NEW_PASSWORD, 200)):
        assert (await site.browser().post("login", json={"login": "ann", "password": password})).status_code == status


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("wrong horse battery", NEW_PASSWORD, "wrong_password"),
        ("", NEW_PASSWORD, "wrong_password"),
        (PASSWORD, "short", "invalid_password"),
        (PASSWORD, "ann" * 4, "common_password"),
        (PASSWORD, "x" * 129, "invalid_password"),
    ],
)
async def test_a_refused_change_of_password_changes_nothing(site: Site, current: str, new: str, code: str) -> None:
    laptop, phone = await site.administrator("ann"), await site.logged_in("ann")
    answer = await laptop.put("me/password", json={"current_password": current, "password": new})
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert (await phone.get("me")).status_code == (await laptop.get("me")).status_code == 200
    await site.logged_in("ann")


async def test_whoever_finds_a_browser_open_does_not_guess_the_password(site: Site) -> None:
    ann = await site.administrator("ann")
    for _ in range(5):
        await ann.put("me/password", json={"current_password": "a guess at it", "password": NEW_PASSWORD})
    answer = await ann.put("me/password", json={"current_password": PASSWORD, "password": NEW_PASSWORD})
    assert code_of(answer) == "too_many_attempts"
    await site.logged_in("ann")


@on_both_engines
@pytest.mark.parametrize("same_browser", [True, False])
async def test_of_two_changes_at_once_one_holds(site: Site, *, same_browser: bool) -> None:
    laptop, phone = await site.administrator("ann"), await site.logged_in("ann")
    token = laptop.cookies["session"] if same_browser else phone.cookies["session"]
    other = site.program(token)
    passwords = (NEW_PASSWORD, f"{NEW_PASSWORD} too")
    answers = await asyncio.gather(
        laptop.put("me/password", json={"current_password": PASSWORD, "password": passwords[0]}),
        other.put("me/password", json={"current_password": PASSWORD, "password": passwords[1]}),
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    assert max(answer.status_code for answer in answers) in (400, 401)
    good = [await site.browser().post("login", json={"login": "ann", "password": each}) for each in passwords]
    assert [answer.status_code == 200 for answer in good] == [answer.status_code == 200 for answer in answers]


async def test_a_reset_link_sets_a_password_once(site: Site) -> None:
    ann, laptop = await site.administrator("ann"), await site.administrator("ben")
    link = (await ann.post(f"admin/users/{await user_id(site, 'ben')}/reset-link", json={})).json()
    assert link["expires_at"] == "2026-01-02T00:00:00.000Z"
    browser = site.browser()
    weak = await browser.post("password-reset", json={"secret": link["secret"], "password": "password1234"})
    assert code_of(weak) == "common_password"
    answer = await browser.post("password-reset", json={"secret": link["secret"], "password": NEW_PASSWORD})
    assert (answer.status_code, answer.json()["user"]["user_name"]) == (200, "ben")
    assert (await browser.get("me")).status_code == 200
    assert (await laptop.get("me")).status_code == 401
    again = await site.browser().post("password-reset", json={"secret": link["secret"], "password": NEW_PASSWORD})
    assert (again.status_code, code_of(again)) == (404, "link_invalid")
    assert (await ann.get("me")).status_code == 200


@on_both_engines
async def test_of_two_who_use_a_reset_link_at_once_one_is_in(site: Site) -> None:
    ann = await site.administrator("ann")
    await site.administrator("ben")
    link = (await ann.post(f"admin/users/{await user_id(site, 'ben')}/reset-link", json={})).json()
    answers = await asyncio.gather(
        *(
            site.browser().post("password-reset", json={"secret": link["secret"], "password": f"{NEW_PASSWORD} {n}"})
            for n in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]


async def test_a_reset_link_ends_with_time_with_the_next_one_and_with_its_user(site: Site) -> None:
    ann = await site.administrator("ann")
    await site.administrator("ben")
    ben_id = await user_id(site, "ben")

    async def made() -> str:
        return str((await ann.post(f"admin/users/{ben_id}/reset-link", json={})).json()["secret"])

    async def outcome(secret: str) -> str:
        answer = await site.browser().post("password-reset", json={"secret": secret, "password": NEW_PASSWORD})
        return "good" if answer.status_code == 200 else code_of(answer)

    first, second = await made(), await made()
    assert await outcome(first) == "link_invalid"
    site.clock.advance(86400)
    assert await outcome(second) == "link_invalid"
    third = await made()
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": True})
    assert await outcome(third) == "link_invalid"
    assert code_of(await ann.post(f"admin/users/{ben_id}/reset-link", json={})) == "user_disabled"
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": False})
    assert await outcome(third) == "link_invalid"
    assert await outcome(await made()) == "good"
