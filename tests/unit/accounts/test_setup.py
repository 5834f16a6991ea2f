"""The set-up link: one administrator, whoever else races for it."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.accounts import LinkInvalid, LoggedIn, UserCreated
from tests.unit.accounts.reception import HERE, PASSWORD, Reception, account

pytestmark = pytest.mark.anyio


async def setup_secret(reception: Reception) -> str:
    secret = await reception.accounts.renew_links()
    assert secret is not None
    return secret


async def test_the_link_makes_an_administrator_and_logs_in(reception: Reception) -> None:
    assert await reception.accounts.needs_setup()
    secret = await setup_secret(reception)
    logged_in = await reception.accounts.create_first_administrator(secret, account("ann"), HERE)
    assert logged_in.user.role == "administrator"
    assert (await reception.accounts.identify(logged_in.token)).user == logged_in.user
    assert not await reception.accounts.needs_setup()
    await reception.log_in("ann")


async def test_of_many_who_race_exactly_one_wins(reception: Reception) -> None:
    secret = await setup_secret(reception)
    racers = [
        reception.accounts.create_first_administrator(secret, account(f"racer{number}"), HERE) for number in range(16)
    ]
    outcomes = await asyncio.gather(*racers, return_exceptions=True)
    winners = [outcome for outcome in outcomes if isinstance(outcome, LoggedIn)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, LinkInvalid) for outcome in outcomes) == 15
    assert reception.facts_of(UserCreated) == [UserCreated(winners[0].user)]


async def test_the_link_dies_on_use(reception: Reception) -> None:
    secret = await setup_secret(reception)
    await reception.accounts.create_first_administrator(secret, account("ann"), HERE)
    with pytest.raises(LinkInvalid):
        await reception.accounts.create_first_administrator(secret, account("eve"), HERE)
    assert await reception.accounts.renew_links() is None


async def test_each_start_makes_a_new_link_and_the_old_one_dies(reception: Reception) -> None:
    old = await setup_secret(reception)
    new = await setup_secret(reception)
    with pytest.raises(LinkInvalid):
        await reception.accounts.create_first_administrator(old, account("eve"), HERE)
    await reception.accounts.create_first_administrator(new, account("ann"), HERE)


async def test_an_administrator_made_otherwise_kills_the_link(reception: Reception) -> None:
    secret = await setup_secret(reception)
    await reception.add_user("ann")
    with pytest.raises(LinkInvalid):
        await reception.accounts.create_first_administrator(secret, account("eve"), HERE)


@pytest.mark.parametrize("secret", ["", "x", "\ud800", PASSWORD])
async def test_a_guess_opens_nothing(reception: Reception, secret: str) -> None:
    await setup_secret(reception)
    with pytest.raises(LinkInvalid):
        await reception.accounts.create_first_administrator(secret, account("eve"), HERE)
    assert await reception.accounts.needs_setup()
