"""The first minutes of an instance: set-up over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.site import PASSWORD, Site, code_of
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio


async def setup_body(site: Site, **changed: object) -> dict[str, object]:
    secret = await site.instance.accounts.renew_links()
    return {"secret": secret, "user_name": "ann", "email": "", "password": PASSWORD} | changed


async def test_a_new_instance_says_that_it_needs_setting_up(site: Site) -> None:
    answer = await site.browser().get("instance")
    assert answer.json() == {
        "id": site.instance.settings.current.instance_id,
        "name": "Cromulent",
        "version": answer.json()["version"],
        "protocol": 1,
        "needs_setup": True,
        "registration_mode": "invite",
        "voice_enabled": True,
        "source_url": None,
    }


async def test_set_up_makes_an_administrator_who_is_logged_in_and_in_both_channels(site: Site) -> None:
    browser = site.browser()
    answer = await browser.post("setup", json=await setup_body(site))
    assert answer.status_code == 201
    assert answer.json()["user"] == {
        "id": answer.json()["user"]["id"],
        "user_name": "ann",
        "display_name": "ann",
        "role": "administrator",
    }
    assert (await browser.get("me")).json() == {"user": answer.json()["user"], "email": None}
    assert (await browser.get("instance")).json()["needs_setup"] is False


@on_both_engines
async def test_two_who_race_for_the_link_get_one_account(site: Site) -> None:
    body = await setup_body(site)
    browsers = [site.browser() for _ in range(8)]
    answers = await asyncio.gather(
        *(browser.post("setup", json=body | {"user_name": f"racer{n}"}) for n, browser in enumerate(browsers))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 7
    assert {code_of(answer) for answer in answers if answer.status_code == 404} == {"link_invalid"}
    assert [(await browser.get("me")).status_code for browser in browsers].count(200) == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"user_name": "a"}, "invalid_user_name", "user_name"),
        ({"email": "nowhere"}, "invalid_email", "email"),
        ({"password": "short"}, "invalid_password", "password"),
        ({"password": "password1234"}, "common_password", "password"),
        ({"user_name": 7}, "invalid_input", "user_name"),
        ({"surprise": 7}, "invalid_input", None),
    ],
)
async def test_what_is_wrong_is_named_and_the_link_stays_good(
    site: Site, changed: dict[str, object], code: str, field: str | None
) -> None:
    browser = site.browser()
    body = await setup_body(site)
    answer = await browser.post("setup", json=body | changed)
    assert (answer.status_code, code_of(answer), answer.json().get("field")) == (400, code, field)
    assert (await browser.post("setup", json=body)).status_code == 201


async def test_a_wrong_secret_opens_nothing(site: Site) -> None:
    browser = site.browser()
    answer = await browser.post("setup", json=await setup_body(site, secret="guess"))
    assert (answer.status_code, code_of(answer)) == (404, "link_invalid")
    assert "set-cookie" not in answer.headers
