"""Logging in and out: who gets in, by what, and what everybody else learns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cromulent.accounts import (
    AccountDisabled,
    EmailTaken,
    LinkInvalid,
    LoginSessionEnded,
    TooManyAttempts,
    UserCreated,
    UserNameTaken,
    Visitor,
    WrongCredentials,
)
from cromulent.accounts.store import update_password
from cromulent.db import rows_after
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotAuthenticated, NotFound
from tests.store.databases import on_sqlite
from tests.unit.accounts.reception import HERE, PASSWORD, Reception, account

pytestmark = pytest.mark.anyio
ELSEWHERE = Visitor("Chrome on Android", "198.51.100.7")


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize("login", ["Ann", "ann", "ANN", "ann@example.org", "ANN@Example.ORG"])
async def test_by_user_name_or_email_without_regard_to_case(reception: Reception, login: str) -> None:
    user = await reception.add_user("Ann", "Ann@example.org")
    logged_in = await reception.log_in(login)
    identity = await reception.accounts.identify(logged_in.token)
    assert identity.user == user == logged_in.user
    assert identity.login_session_id == logged_in.login_session_id
    assert identity.device == HERE.device


@pytest.mark.parametrize(
    ("login", "password"), [("ann", "wrong horse battery"), ("nobody", PASSWORD), ("", ""), ("@", "x")]
)
async def test_a_wrong_password_and_an_unknown_user_are_told_alike(
    reception: Reception, login: str, password: str
) -> None:
    await reception.add_user()
    with pytest.raises(WrongCredentials) as refused:
        await reception.accounts.log_in(login, password, HERE)
    assert (refused.value.code, refused.value.message) == (WrongCredentials.code, WrongCredentials.message)


async def test_an_unknown_user_is_throttled_like_a_known_one(reception: Reception) -> None:
    await reception.add_user()
    for login in ("ann", "nobody"):
        for number in range(5):
            with pytest.raises(WrongCredentials):
                await reception.accounts.log_in(login, "wrong", Visitor("", f"192.0.2.{number}"))
        with pytest.raises(TooManyAttempts):
            await reception.accounts.log_in(login, PASSWORD, ELSEWHERE)


@pytest.mark.parametrize(
    ("guessed", "asked"), [(("ann", "ANN"), "ann@example.org"), (("ann@example.org", "ann@Example.ORG"), "ann")]
)
@pytest.mark.parametrize("known", [True, False])
async def test_the_throttle_does_not_tell_which_name_and_address_are_of_one_user(
    reception: Reception, guessed: tuple[str, str], asked: str, *, known: bool
) -> None:
    if known:
        await reception.add_user("ann", "ann@example.org")
    for number in range(5):
        with pytest.raises(WrongCredentials):
            await reception.accounts.log_in(guessed[number % 2], "wrong", HERE)
    with pytest.raises(TooManyAttempts):
        await reception.accounts.log_in(guessed[0], "wrong", HERE)
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await reception.accounts.log_in(asked, "wrong", HERE)
    with pytest.raises(TooManyAttempts):
        await reception.accounts.log_in(asked, "wrong", HERE)


async def test_a_login_by_one_name_makes_the_failures_by_the_other_count_no_more(reception: Reception) -> None:
    await reception.add_user("Ann", "Ann@example.org")
    for _ in range(3):
        for login in ("ann", "ann@example.org"):
            for _ in range(4):
                with pytest.raises(WrongCredentials):
                    await reception.accounts.log_in(login, "wrong", HERE)
            reception.clock.advance(301)  # the address's count is another matter
        await reception.log_in("ann")


async def test_guesses_at_once_are_no_way_around_the_throttle(reception: Reception) -> None:
    await reception.add_user()
    guesses = [reception.accounts.log_in("ann", f"wrong {number}", HERE) for number in range(30)]
    outcomes = [type(outcome) for outcome in await asyncio.gather(*guesses, return_exceptions=True)]
    assert outcomes.count(WrongCredentials) == 5
    assert outcomes.count(TooManyAttempts) == 25


async def test_a_login_makes_the_failures_before_it_count_no_more(reception: Reception) -> None:
    await reception.add_user()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongCredentials):
                await reception.accounts.log_in("ann", "wrong", HERE)
        await reception.log_in()


async def test_names_and_addresses_are_unique_without_regard_to_case(reception: Reception) -> None:
    await reception.add_user("Ann", "ann@example.org")
    with pytest.raises(UserNameTaken):
        await reception.add_user("aNN")
    with pytest.raises(EmailTaken):
        await reception.add_user("ben", "ANN@example.org")
    await reception.add_user("ben")
    await reception.add_user("cat")  # no address is not an address that is taken


async def test_a_new_user_is_told_to_everybody_without_the_address(reception: Reception) -> None:
    user = await reception.add_user("ann", "ann@example.org")
    page = await reception.database.read_in_thread(lambda connection: rows_after(connection, ["instance"], 0, 10))
    assert [(row.feed, row.seq, row.type) for row in page.rows] == [("instance", 1, "user.created")]
    assert user.id in page.rows[0].payload
    assert "example.org" not in page.rows[0].payload
    assert reception.facts_of(UserCreated) == [UserCreated(user)]


async def test_logging_out_ends_the_token_at_once_and_is_told(reception: Reception) -> None:
    await reception.add_user()
    first, second = await reception.log_in(), await reception.log_in()
    identity = await reception.accounts.identify(first.token)
    await reception.accounts.log_out(identity)
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(first.token)
    assert (await reception.accounts.identify(second.token)).user == identity.user
    assert reception.facts_of(LoginSessionEnded) == [LoginSessionEnded(first.login_session_id, identity.user.id)]
    with pytest.raises(NotFound):
        await reception.accounts.log_out(identity)


@pytest.mark.parametrize("token", ["", "x", "ä" * 43, "\ud800", "a" * 100_000])
async def test_what_is_no_token_is_nobodys(reception: Reception, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(token)


@on_sqlite
async def test_no_token_and_no_password_is_stored(reception: Reception, tmp_path: Path) -> None:
    await reception.add_user()
    logged_in = await reception.log_in()
    stored = everything_in(tmp_path)
    assert b"$argon2id$" in stored
    assert logged_in.token.encode() not in stored
    assert PASSWORD.encode() not in stored


async def test_a_sign_in_link_opens_again_and_again_until_the_next_start(
    reception: Reception, clock: FakeClock
) -> None:
    secret = await reception.accounts.make_sign_in_link("Ann", "administrator")
    first = await reception.accounts.log_in_by_link(secret, HERE)
    second = await reception.accounts.log_in_by_link(secret, ELSEWHERE)
    assert first.user == second.user
    assert first.token != second.token
    again = await reception.accounts.make_sign_in_link("ANN", "member")
    assert (await reception.accounts.log_in_by_link(again, HERE)).user == first.user
    assert await reception.accounts.renew_links() is None
    for dead in (secret, again):
        with pytest.raises(LinkInvalid):
            await reception.accounts.log_in_by_link(dead, HERE)
    assert (await reception.accounts.identify(second.token)).user == first.user


async def test_a_user_without_a_password_cannot_log_in_with_any(reception: Reception) -> None:
    await reception.accounts.make_sign_in_link("Ann", "member")
    for password in ("", PASSWORD):
        with pytest.raises(WrongCredentials):
            await reception.accounts.log_in("Ann", password, HERE)


async def test_links_of_one_purpose_do_not_open_the_other_door(reception: Reception) -> None:
    setup = await reception.accounts.renew_links()
    assert setup is not None
    with pytest.raises(LinkInvalid):
        await reception.accounts.log_in_by_link(setup, HERE)
    sign_in = await reception.accounts.make_sign_in_link("Ann", "member")
    with pytest.raises(LinkInvalid):
        await reception.accounts.create_first_administrator(sign_in, account("eve"), HERE)


async def test_guessing_links_is_throttled_by_address(reception: Reception) -> None:
    for _ in range(20):
        with pytest.raises(LinkInvalid):
            await reception.accounts.log_in_by_link("guess", HERE)
    with pytest.raises(TooManyAttempts):
        await reception.accounts.log_in_by_link("guess", HERE)
    with pytest.raises(TooManyAttempts):
        await reception.accounts.create_first_administrator("guess", account(), HERE)
    with pytest.raises(LinkInvalid):
        await reception.accounts.log_in_by_link("guess", ELSEWHERE)


@pytest.mark.costly_passwords
@pytest.mark.parametrize(("what", "refusal"), [("another password", WrongCredentials), ("disabled", AccountDisabled)])
async def test_a_login_that_was_overtaken_while_its_password_was_checked_is_none(
    reception: Reception, what: str, refusal: type[Exception]
) -> None:
    ann, root = await reception.add_user("ann"), await reception.add_user("root")
    crowd = [asyncio.create_task(reception.entry.passwords.hash(f"{number}")) for number in range(40)]
    await asyncio.sleep(0)  # the crowd stands before the threads, and the login behind it
    login = asyncio.create_task(reception.log_in("ann"))
    await asyncio.sleep(0)
    if what == "disabled":
        await reception.administration.change(root, ann.id, role=None, disabled=True)
    else:
        await reception.database.write(lambda unit: update_password(unit.connection, ann.id, "another"))
    assert not login.done()
    with pytest.raises(refusal):
        await login
    await asyncio.gather(*crowd)
