"""Invites, reset links and users on every engine: what must be decided once is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.accounts import LinkInvalid, LoggedIn, User, Visitor, checked_account, checked_terms, get_user
from cromulent.accounts.errors import LastAdministrator
from cromulent.kernel.clock import FakeClock
from cromulent.settings import initialise_settings
from tests.unit.accounts.reception import HERE, PASSWORD, Reception

pytestmark = pytest.mark.anyio
RACERS = 6


@pytest.fixture
async def reception(database_at: Path | str, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Reception]:
    made = Reception(database_at, clock)
    await made.database.write(initialise_settings)
    yield made
    await made.close()


async def register(reception: Reception, secret: str, name: str) -> User:
    visitor = Visitor("Firefox on Linux", f"192.0.2.{len(name)}")
    return (await reception.registration.register(secret, checked_account(name, None, PASSWORD), visitor)).user


async def test_of_many_who_race_for_an_invite_as_many_as_it_is_good_for_get_in(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    invite, secret = await reception.registration.create_invite(ann, checked_terms(None, 2))
    names = ["b" * (number + 2) for number in range(RACERS)]
    outcomes = await asyncio.gather(*(register(reception, secret, name) for name in names), return_exceptions=True)
    came = [outcome for outcome in outcomes if isinstance(outcome, User)]
    assert len(came) == 2
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, User)] == [LinkInvalid] * (RACERS - 2)
    page = await reception.registration.arrivals(ann, invite.id, None, 10)
    assert {arrival.user.id for arrival in page.arrivals} == {user.id for user in came}
    [listed] = (await reception.registration.invites(ann, None, 10)).invites
    assert (listed.uses, listed.max_uses, listed.expires_at) == (2, 2, None)


async def test_an_invite_ends_at_its_instant_and_when_it_is_revoked(reception: Reception, clock: FakeClock) -> None:
    ann = await reception.add_user("ann")
    _, short = await reception.registration.create_invite(ann, checked_terms(60, None))
    revoked, secret = await reception.registration.create_invite(ann, checked_terms(None, None))
    clock.advance(59)
    await register(reception, short, "ben")
    clock.advance(1)
    with pytest.raises(LinkInvalid):
        await register(reception, short, "cleo")
    await register(reception, secret, "cleo")
    ended = await reception.registration.revoke_invite(ann, revoked.id)
    assert ended == await reception.registration.revoke_invite(ann, revoked.id)
    with pytest.raises(LinkInvalid):
        await register(reception, secret, "dan")


async def test_a_reset_link_is_good_once(reception: Reception) -> None:
    ann = await reception.add_user("ann")
    link = await reception.administration.make_reset_link(ann, ann.id)
    attempts = (reception.profiles.reset_password(link.secret, f"another secret {n}", HERE) for n in range(3))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LinkInvalid", "LinkInvalid", "LoggedIn"]
    [logged_in] = [outcome for outcome in outcomes if isinstance(outcome, LoggedIn)]
    assert (await reception.accounts.identify(logged_in.token)).user == ann


async def test_administrators_who_disable_each_other_at_once_leave_one(reception: Reception) -> None:
    people = [await reception.add_user(name) for name in ("ann", "ben", "cleo")]
    pairs = zip(people, [*people[1:], people[0]], strict=True)
    changes = (reception.administration.change(actor, other.id, role=None, disabled=True) for actor, other in pairs)
    await asyncio.gather(*changes, return_exceptions=True)
    left = [user for user in people if await is_enabled(reception, user)]
    assert len(left) >= 1
    for user in left[1:]:
        await reception.administration.change(left[0], user.id, role="member", disabled=None)
    with pytest.raises(LastAdministrator):
        await reception.administration.change(left[0], left[0].id, role=None, disabled=True)


async def is_enabled(reception: Reception, user: User) -> bool:
    """Whether they could log in."""
    found = await reception.database.read_in_thread(lambda connection: get_user(connection, user.id))
    return found.disabled_at is None
