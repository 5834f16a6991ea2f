"""Registering over HTTP: the three modes, and what an invite is worth."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cromulent.channels import channels_of
from tests.api.newcomers import form, invite, switch
from tests.api.site import Site, code_of, without_request_id
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio
DAY = 86400


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_by_invite_one_is_logged_in_and_in_the_default_channels(site: Site) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann)
    browser = site.browser()
    answer = await browser.post("register", json=form("ben", made["secret"], email="ben@example.org"))
    assert (answer.status_code, answer.json()["user"]["role"]) == (201, "member")
    me = (await browser.get("me")).json()
    assert me == {"user": answer.json()["user"], "email": "ben@example.org"}
    channels = await site.instance.database.read(lambda connection: channels_of(connection, me["user"]["id"]))
    assert [channel.name for channel in channels] == ["general", "Lounge"]
    assert (await site.logged_in("ben")).cookies["session"] != browser.cookies["session"]


async def test_whom_an_invite_has_brought_is_listed_for_administrators_only(site: Site) -> None:
    ann = await site.administrator("ann")
    made, other = await invite(ann), await invite(ann)
    ben = site.browser()
    await ben.post("register", json=form("ben", made["secret"]))
    await site.browser().post("register", json=form("cleo", made["secret"]))
    arrivals = (await ann.get(f"admin/invites/{made['id']}/users")).json()["arrivals"]
    assert [each["user"]["user_name"] for each in arrivals] == ["ben", "cleo"]
    assert arrivals[0]["joined_at"] == "2026-01-01T00:00:00.000Z"
    listed = (await ann.get("admin/invites")).json()["invites"]
    assert {each["id"]: each["uses"] for each in listed} == {made["id"]: 2, other["id"]: 0}
    assert "secret" not in str(listed)
    for address in ("admin/invites", f"admin/invites/{made['id']}/users"):
        assert code_of(await ben.get(address)) == "forbidden"
    page = (await ann.get(f"admin/invites/{made['id']}/users?limit=1")).json()
    following = (await ann.get(f"admin/invites/{made['id']}/users?limit=1&after={page['next']}")).json()
    assert [each["user"]["user_name"] for each in following["arrivals"]] == ["cleo"]
    assert following["next"] is None


@on_both_engines
async def test_of_many_at_once_a_one_use_invite_lets_exactly_one_in(site: Site) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann, max_uses=1)
    browsers = [site.browser(address=f"192.0.2.{number}") for number in range(8)]
    answers = await asyncio.gather(
        *(browser.post("register", json=form(f"racer{n}", made["secret"])) for n, browser in enumerate(browsers))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 7
    assert [(await browser.get("me")).status_code for browser in browsers].count(200) == 1
    users = (await ann.get("admin/users")).json()["users"]
    assert len(users) == 2


@on_both_engines
@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"user_name": "Racer"}, {"user_name": "rACER"}, "user_name_taken"),
        ({"email": "racer@example.org"}, {"email": "Racer@Example.org"}, "email_taken"),
    ],
)
async def test_of_many_at_once_one_gets_a_name_or_an_address(
    site: Site, first: dict[str, object], second: dict[str, object], code: str
) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann)
    wanted = [form(f"racer{number}", made["secret"]) | (first if number % 2 else second) for number in range(6)]
    browsers = [site.browser(address=f"192.0.2.{number}") for number in range(6)]
    answers = await asyncio.gather(
        *(browser.post("register", json=body) for browser, body in zip(browsers, wanted, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {code_of(answer) for answer in answers if answer.status_code == 409} == {code}
    assert (await ann.get("admin/invites")).json()["invites"][0]["uses"] == 1


async def test_only_who_may_register_learns_what_is_taken_and_not_for_long(site: Site) -> None:
    ann = await site.administrator("ann", "ann@example.org")
    taken = {"email": "ANN@example.org"}
    for secret in (None, "guess"):
        assert code_of(await site.browser().post("register", json=form("ann", secret) | taken)) == "link_invalid"
    await switch(ann, "closed")
    assert code_of(await site.browser().post("register", json=form("ann") | taken)) == "registration_closed"
    await switch(ann, "open")
    stranger = site.browser(address="192.0.2.9")

    async def told() -> str:
        return code_of(await stranger.post("register", json=form("eve") | taken))

    assert [await told() for _ in range(22)] == ["email_taken"] * 20 + ["too_many_attempts"] * 2
    site.clock.advance(300)
    assert [await told() for _ in range(3)] == ["email_taken"] + ["rate_limited"] * 2


async def test_whatever_is_wrong_with_an_invite_the_answer_is_the_same(site: Site) -> None:
    ann = await site.administrator("ann")
    expired, used = await invite(ann, expires_in_seconds=DAY), await invite(ann, max_uses=1)
    revoked, good = await invite(ann, expires_in_seconds=None), await invite(ann, expires_in_seconds=2 * DAY)
    await site.browser().post("register", json=form("ben", used["secret"]))
    assert (await ann.delete(f"admin/invites/{revoked['id']}")).status_code == 204
    site.clock.advance(DAY)
    bodies = set[bytes]()
    for number, secret in enumerate((expired["secret"], used["secret"], revoked["secret"], "guess", "", "\x00", None)):
        browser = site.browser(address=f"198.51.100.{number}")
        asked = [await browser.post("register", json=form("cleo", secret))]
        if secret is not None:
            asked.append(await browser.post("register/check", json={"secret": secret}))
        for answer in asked:
            assert (answer.status_code, code_of(answer)) == (404, "link_invalid")
            assert "set-cookie" not in answer.headers
            bodies.add(without_request_id(answer))
    assert len(bodies) == 1
    assert (await site.browser().post("register/check", json={"secret": good["secret"]})).status_code == 204
    assert (await site.browser().post("register", json=form("cleo", good["secret"]))).status_code == 201


async def test_what_is_wrong_with_the_form_does_not_use_the_invite_up(site: Site) -> None:
    ann = await site.administrator("ann", "ann@example.org")
    made = await invite(ann, max_uses=1)
    browser = site.browser()
    for changed, code in (
        ({"user_name": "ANN"}, "user_name_taken"),
        ({"email": "Ann@example.org"}, "email_taken"),
        ({"password": "short"}, "invalid_password"),
        ({"password": "password1234"}, "common_password"),
        ({"user_name": "b n"}, "invalid_user_name"),
        ({"role": "administrator"}, "invalid_input"),
        ({"id": "x"}, "invalid_input"),
    ):
        assert code_of(await browser.post("register", json=form("ben", made["secret"]) | changed)) == code
    assert (await browser.post("register", json=form("ben", made["secret"]))).status_code == 201


async def test_the_mode_decides_and_can_be_changed_at_any_time(site: Site) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann)
    assert code_of(await site.browser().post("register", json=form("ben"))) == "link_invalid"
    await switch(ann, "closed")
    for secret in (made["secret"], "guess"):
        browser = site.browser()
        answer = await browser.post("register", json=form("ben", secret))
        assert (answer.status_code, code_of(answer)) == (403, "registration_closed")
        assert code_of(await browser.post("register/check", json={"secret": secret})) == "registration_closed"
    await switch(ann, "open")
    assert (await site.browser().post("register", json=form("ben"))).status_code == 201
    assert code_of(await site.browser().post("register", json=form("cleo", "guess"))) == "link_invalid"
    assert (await site.browser().post("register", json=form("cleo", made["secret"]))).status_code == 201


async def test_before_the_first_administrator_nobody_registers(site: Site) -> None:
    await site.instance.database.write(
        lambda unit: unit.connection.exec_driver_sql(
            "UPDATE settings SET value = '\"open\"' WHERE key = 'registration_mode'"
        )
    )
    setup = await site.instance.accounts.renew_links()
    assert code_of(await site.browser().post("register", json=form("eve"))) == "registration_closed"
    body = form("ann") | {"secret": setup}
    assert (await site.browser().post("setup", json=body)).status_code == 201


async def test_guessing_invites_is_throttled_by_address(site: Site) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann)
    guesser = site.browser(address="2001:db8::1")
    for _ in range(20):
        await guesser.post("register/check", json={"secret": "guess"})
    neighbour = site.browser(address="2001:db8::2")
    for answer in (
        await neighbour.post("register/check", json={"secret": made["secret"]}),
        await neighbour.post("register", json=form("ben", made["secret"])),
    ):
        assert (answer.status_code, code_of(answer)) == (429, "too_many_attempts")
    elsewhere = site.browser(address="2001:db8:0:1::2")
    assert (await elsewhere.post("register", json=form("ben", made["secret"]))).status_code == 201


async def test_a_party_behind_one_router_gets_in_but_no_machine_that_makes_users(site: Site) -> None:
    ann = await site.administrator("ann")
    await switch(ann, "open")
    browser = site.browser(address="192.0.2.7")
    for number in range(20):
        assert (await browser.post("register", json=form(f"guest{number}"))).status_code == 201
    answer = await browser.post("register", json=form("guest20"))
    assert (answer.status_code, code_of(answer)) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) <= 180
    assert (await site.browser(address="192.0.2.8").post("register", json=form("guest20"))).status_code == 201
    site.clock.advance(180)
    assert (await browser.post("register", json=form("guest21"))).status_code == 201


@pytest.mark.parametrize(
    "terms",
    [
        {"expires_in_seconds": 59},
        {"expires_in_seconds": 366 * DAY},
        {"expires_in_seconds": -1},
        {"max_uses": 0},
        {"max_uses": 1001},
        {"max_uses": 1.5},
        {"created_by": "x"},
    ],
)
async def test_terms_beyond_reason_are_refused(site: Site, terms: dict[str, object]) -> None:
    ann = await site.administrator("ann")
    answer = await ann.post("admin/invites", json=terms)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")
    assert (await ann.get("admin/invites")).json() == {"invites": [], "next": None}


async def test_a_member_makes_and_ends_no_invites(site: Site) -> None:
    ann = await site.administrator("ann")
    made = await invite(ann)
    ben = site.browser()
    await ben.post("register", json=form("ben", made["secret"]))
    assert code_of(await ben.post("admin/invites", json={})) == "forbidden"
    assert code_of(await ben.delete(f"admin/invites/{made['id']}")) == "forbidden"
    assert (await site.browser().post("register/check", json={"secret": made["secret"]})).status_code == 204


async def test_a_page_of_invites_is_the_newest_first(site: Site) -> None:
    ann = await site.administrator("ann")
    made = [(await invite(ann))["id"] for _ in range(5)]
    page = (await ann.get("admin/invites?limit=3")).json()
    assert [each["id"] for each in page["invites"]] == made[:1:-1]
    rest = (await ann.get(f"admin/invites?limit=3&before={page['next']}")).json()
    assert [each["id"] for each in rest["invites"]] == made[1::-1]
    assert rest["next"] is None


async def test_no_secret_of_an_invite_is_stored(site: Site, tmp_path: Path) -> None:
    made = await invite(await site.administrator("ann"))
    stored = everything_in(tmp_path)
    assert made["id"].encode() in stored
    assert made["secret"].encode() not in stored
