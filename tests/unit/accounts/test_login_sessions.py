"""Login sessions: how long they last, what keeps them alive, what ends them."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from cromulent.accounts import LoginSessionEnded, Visitor, store
from cromulent.accounts.model import MAX_LOGIN_SESSIONS
from cromulent.db import Unit
from cromulent.kernel.errors import NotAuthenticated, NotFound, Unavailable
from tests.unit.accounts.reception import HERE, Reception

pytestmark = pytest.mark.anyio
DAY = 86400.0


def refuse_writes(unit: Unit) -> None:
    """From here on the database takes no change, as on a full disk."""
    if unit.connection.dialect.name == "sqlite":
        unit.connection.exec_driver_sql("PRAGMA query_only=ON")
    else:
        unit.connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")


async def test_an_unused_login_ends_after_sixty_days(reception: Reception) -> None:
    user = await reception.add_user()
    logged_in = await reception.log_in()
    reception.clock.advance(60 * DAY - 1)
    [session] = await reception.accounts.login_sessions_of(user)
    assert session.id == logged_in.login_session_id
    reception.clock.advance(1)
    assert await reception.accounts.login_sessions_of(user) == []
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(logged_in.token)


async def test_a_login_that_has_ended_by_itself_is_told_of_once_and_no_other(reception: Reception) -> None:
    ann = await reception.add_user()
    old = await reception.log_in()
    reception.clock.advance(60 * DAY - 1)
    young = await reception.log_in()
    await reception.accounts.end_expired_login_sessions()
    assert reception.facts_of(LoginSessionEnded) == []
    reception.clock.advance(1)
    for _ in range(2):
        await reception.accounts.end_expired_login_sessions()
    assert reception.facts_of(LoginSessionEnded) == [LoginSessionEnded(old.login_session_id, ann.id)]
    assert (await reception.accounts.identify(young.token)).user == ann


async def test_a_login_that_has_ended_by_itself_is_told_of_though_the_next_one_clears_it_away(
    reception: Reception,
) -> None:
    ann, ben = await reception.add_user("ann"), await reception.add_user("ben")
    old, of_ben = await reception.log_in("ann"), await reception.log_in("ben")
    reception.clock.advance(60 * DAY)
    await reception.log_in("ann")
    assert reception.facts_of(LoginSessionEnded) == [LoginSessionEnded(old.login_session_id, ann.id)]
    await reception.accounts.end_expired_login_sessions()
    assert reception.facts_of(LoginSessionEnded)[1:] == [LoginSessionEnded(of_ben.login_session_id, ben.id)]


async def test_nothing_is_written_while_nothing_has_ended(reception: Reception) -> None:
    await reception.add_user()
    await reception.log_in()
    await reception.database.write(refuse_writes)
    reception.clock.advance(60 * DAY - 1)
    await reception.accounts.end_expired_login_sessions()
    reception.clock.advance(1)
    with pytest.raises(Unavailable):
        await reception.accounts.end_expired_login_sessions()


async def test_a_used_login_lasts_sixty_days_from_its_last_use(reception: Reception) -> None:
    user = await reception.add_user()
    logged_in = await reception.log_in()
    for _ in range(5):
        reception.clock.advance(59 * DAY)
        await reception.accounts.identify(logged_in.token)
        await reception.accounts._sessions.close()
    [session] = await reception.accounts.login_sessions_of(user)
    assert session.last_seen_at == reception.clock.now()
    assert session.expires_at == reception.clock.now() + timedelta(days=60)


async def test_a_login_in_steady_use_is_written_once_an_hour(reception: Reception) -> None:
    user = await reception.add_user()
    logged_in = await reception.log_in()
    began = reception.clock.now()
    seen: set[object] = set()
    for _ in range(3 * 60):
        reception.clock.advance(60)
        await reception.accounts.identify(logged_in.token)
        await reception.accounts._sessions.close()
        seen.add((await reception.accounts.login_sessions_of(user))[0].last_seen_at)
    assert seen == {began + timedelta(hours=hour) for hour in range(4)}


async def test_a_token_recognised_once_is_remembered_for_a_few_seconds(reception: Reception) -> None:
    user = await reception.add_user()
    logged_in = await reception.log_in()
    await reception.accounts.identify(logged_in.token)
    await reception.database.write(  # behind everybody's back, so that nothing tells the memory
        lambda unit: store.delete_session(unit.connection, user.id, logged_in.login_session_id)
    )
    reception.clock.advance(4.9)
    await reception.accounts.identify(logged_in.token)
    reception.clock.advance(0.2)
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(logged_in.token)


@pytest.mark.parametrize(
    "database_at", ["postgresql"], indirect=True
)  # where a reader thread looks, and the loop goes on
async def test_a_login_that_ends_while_its_token_is_looked_up_is_not_recognised(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reception.add_user()
    logged_in = await reception.log_in()
    identity = await reception.accounts.identify(logged_in.token)
    reception.clock.advance(6)  # no longer remembered
    looked, go_on = threading.Event(), threading.Event()
    real = store.find_live_login

    def slowly(*arguments: Any) -> store.LiveLogin | None:
        found = real(*arguments)
        looked.set()
        assert go_on.wait(10)
        return found

    monkeypatch.setattr(store, "find_live_login", slowly)
    asking = asyncio.create_task(reception.accounts.identify(logged_in.token))
    assert await asyncio.to_thread(looked.wait, 10)
    await reception.accounts.log_out(identity)
    go_on.set()
    with pytest.raises(NotAuthenticated):
        await asking
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(logged_in.token)


async def test_a_token_in_memory_ends_with_its_sixty_days(reception: Reception) -> None:
    await reception.add_user()
    logged_in = await reception.log_in()
    await reception.database.write(refuse_writes)
    reception.clock.advance(60 * DAY - 1)
    await reception.accounts.identify(logged_in.token)
    reception.clock.advance(1)
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(logged_in.token)


async def test_everybody_sees_and_ends_only_their_own(reception: Reception) -> None:
    ann, ben = await reception.add_user("ann"), await reception.add_user("ben")
    phone = await reception.log_in("ann", Visitor("Chrome on Android", "192.0.2.2"))
    reception.clock.advance(10)
    laptop = await reception.log_in("ann")
    of_ben = await reception.log_in("ben")
    sessions = await reception.accounts.login_sessions_of(ann)
    assert [(session.id, session.device) for session in sessions] == [
        (laptop.login_session_id, HERE.device),
        (phone.login_session_id, "Chrome on Android"),
    ]
    for foreign in (of_ben.login_session_id, "0190a000-0000-7000-8000-000000000000", ""):
        with pytest.raises(NotFound):
            await reception.accounts.end_login_session(ann, foreign)
    await reception.accounts.end_login_session(ann, phone.login_session_id)
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(phone.token)
    assert (await reception.accounts.identify(of_ben.token)).user == ben
    assert reception.facts_of(LoginSessionEnded) == [LoginSessionEnded(phone.login_session_id, ann.id)]


async def test_ending_a_login_twice_at_once_is_told_once(reception: Reception) -> None:
    ann = await reception.add_user()
    logged_in = await reception.log_in()
    ends = [reception.accounts.end_login_session(ann, logged_in.login_session_id) for _ in range(5)]
    outcomes = await asyncio.gather(*ends, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert len(reception.facts_of(LoginSessionEnded)) == 1


async def test_a_user_holds_fifty_logins_and_the_one_unused_for_longest_goes(reception: Reception) -> None:
    secret = await reception.accounts.make_sign_in_link("Ann", "member")
    logins = []
    for _ in range(MAX_LOGIN_SESSIONS):
        logins.append(await reception.accounts.log_in_by_link(secret, HERE))
        reception.clock.advance(3600)
    await reception.accounts.identify(logins[0].token)  # the oldest is in use
    await reception.accounts._sessions.close()
    reception.clock.advance(1)
    newest = await reception.accounts.log_in_by_link(secret, HERE)
    with pytest.raises(NotAuthenticated):
        await reception.accounts.identify(logins[1].token)
    for kept in (logins[0], logins[2], newest):
        assert (await reception.accounts.identify(kept.token)).user == newest.user
    assert len(await reception.accounts.login_sessions_of(newest.user)) == MAX_LOGIN_SESSIONS
    assert reception.facts_of(LoginSessionEnded) == [LoginSessionEnded(logins[1].login_session_id, newest.user.id)]


async def test_being_recognised_works_while_storing_does_not(reception: Reception) -> None:
    await reception.add_user()
    logged_in = await reception.log_in()
    reception.clock.advance(2 * DAY)

    await reception.database.write(refuse_writes)
    for _ in range(3):
        assert (await reception.accounts.identify(logged_in.token)).user == logged_in.user
        await reception.accounts._sessions.close()
