"""What administrators do about users over HTTP: roles, disabling, and who may do it."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from tests.api.newcomers import form, invite
from tests.api.people import arrive, general
from tests.api.site import PASSWORD, Site, code_of, without_request_id
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio
NOBODY = "0190a000-0000-7000-8000-000000000000"


async def member(site: Site, administrator: httpx2.AsyncClient, name: str = "ben") -> tuple[httpx2.AsyncClient, str]:
    """The browser of a new member, and their id."""
    browser = site.browser()
    made = await invite(administrator)
    answer = await browser.post("register", json=form(name, made["secret"]))
    return browser, str(answer.json()["user"]["id"])


async def me(browser: httpx2.AsyncClient) -> str:
    """The id of whoever is logged in."""
    return str((await browser.get("me")).json()["user"]["id"])


async def test_all_users_page_by_page(site: Site) -> None:
    ann = await site.administrator("ann")
    for name in ("ben", "cleo", "dan"):
        await member(site, ann, name)
    first = (await ann.get("admin/users?limit=3")).json()
    assert [user["user_name"] for user in first["users"]] == ["ann", "ben", "cleo"]
    assert first["users"][1] == {
        "id": first["users"][1]["id"],
        "user_name": "ben",
        "display_name": "ben",
        "role": "member",
        "created_at": "2026-01-01T00:00:00.000Z",
        "disabled": False,
    }
    rest = (await ann.get(f"admin/users?limit=3&after={first['next']}")).json()
    assert ([user["user_name"] for user in rest["users"]], rest["next"]) == (["dan"], None)


async def test_a_disabled_user_is_out_and_told_so_when_the_password_is_right(site: Site) -> None:
    ann = await site.administrator("ann")
    ben, ben_id = await member(site, ann)
    wrong = await site.browser().post("login", json={"login": "ben", "password": "wrong horse battery"})
    answer = await ann.patch(f"admin/users/{ben_id}", json={"disabled": True})
    assert (answer.status_code, answer.json()["user"]["disabled"]) == (200, True)
    assert code_of(await ben.get("me")) == "not_authenticated"
    refused = await site.browser().post("login", json={"login": "ben", "password": PASSWORD})
    assert (refused.status_code, code_of(refused)) == (403, "account_disabled")
    assert "set-cookie" not in refused.headers
    guessed = await site.browser().post("login", json={"login": "ben", "password": "wrong horse battery"})
    assert (guessed.status_code, without_request_id(guessed)) == (401, without_request_id(wrong))
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": False})
    assert code_of(await ben.get("me")) == "not_authenticated"
    assert (await (await site.logged_in("ben")).get("me")).status_code == 200


async def test_a_role_is_effective_at_once_and_told_to_everybody(site: Site) -> None:
    ann = await site.administrator("ann")
    ben, ben_id = await member(site, ann)
    assert code_of(await ben.get("admin/users")) == "forbidden"
    await ann.patch(f"admin/users/{ben_id}", json={"role": "administrator"})
    assert (await ben.get("me")).json()["user"]["role"] == "administrator"
    assert (await ben.get("admin/users")).status_code == 200
    await ann.patch(f"admin/users/{ben_id}", json={"role": "member"})
    assert code_of(await ben.get("admin/users")) == "forbidden"


@pytest.mark.parametrize("change", [{"role": "member"}, {"disabled": True}, {"role": "member", "disabled": True}])
async def test_the_last_administrator_stays_one(site: Site, change: dict[str, object]) -> None:
    ann = await site.administrator("ann")
    _, ben_id = await member(site, ann)
    await ann.patch(f"admin/users/{ben_id}", json={"role": "administrator"})
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": True})
    answer = await ann.patch(f"admin/users/{await me(ann)}", json=change)
    assert (answer.status_code, code_of(answer)) == (409, "last_administrator")
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": False})
    assert (await ann.patch(f"admin/users/{await me(ann)}", json=change)).status_code == 200


@on_both_engines
async def test_two_administrators_who_demote_each_other_at_once_do_not_both_succeed(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await site.administrator("ben")
    ann_id, ben_id = await me(ann), await me(ben)
    answers = await asyncio.gather(
        ann.patch(f"admin/users/{ben_id}", json={"role": "member"}),
        ben.patch(f"admin/users/{ann_id}", json={"role": "member"}),
    )
    assert min(answer.status_code for answer in answers) == 200
    assert max(answer.status_code for answer in answers) in (403, 409)
    roles = [(await browser.get("me")).json()["user"]["role"] for browser in (ann, ben)]
    assert sorted(roles) == ["administrator", "member"]


async def test_nothing_of_this_is_for_members(site: Site) -> None:
    ann = await site.administrator("ann")
    ben, ben_id = await member(site, ann)
    for answer in (
        await ben.patch(f"admin/users/{ben_id}", json={"role": "administrator"}),
        await ben.patch(f"admin/users/{NOBODY}", json={"disabled": True}),
        await ben.post(f"admin/users/{ben_id}/reset-link", json={}),
        await ben.get("admin/users"),
        await ben.get("admin/audit-log"),
        await ben.patch("admin/settings", json={"voice_enabled": False}),
    ):
        assert (answer.status_code, code_of(answer)) == (403, "forbidden")
    assert (await ben.get("me")).json()["user"]["role"] == "member"


async def test_a_user_who_does_not_exist_is_not_found(site: Site) -> None:
    ann = await site.administrator("ann")
    assert code_of(await ann.patch(f"admin/users/{NOBODY}", json={"disabled": True})) == "not_found"
    assert code_of(await ann.post(f"admin/users/{NOBODY}/reset-link", json={})) == "not_found"


@pytest.mark.parametrize(
    "body", [{"role": "owner"}, {"disabled": "yes"}, {"role": None}, {"email": "x@y"}, {"id": "x"}]
)
async def test_nothing_else_of_a_user_is_changed(site: Site, body: dict[str, object]) -> None:
    ann = await site.administrator("ann")
    answer = await ann.patch(f"admin/users/{await me(ann)}", json=body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")


async def test_disabling_ends_a_session_whose_request_is_on_its_way(site: Site) -> None:
    ann = await site.administrator("ann")
    ben = await arrive(site, "ben")
    channel = await general(site, ben)
    posts = [ben.post(channel, f"0190a000-0000-7000-8000-0000000000{number:02}", "hello") for number in range(10, 20)]
    disabled, *answers = await asyncio.gather(ann.patch(f"admin/users/{ben.user.id}", json={"disabled": True}), *posts)
    assert disabled.status_code == 200
    assert {answer.status_code for answer in answers} <= {201, 401, 404, 429}
    late = await ben.post(channel, "0190a000-0000-7000-8000-000000000099", "hello")
    assert late.status_code == 401
