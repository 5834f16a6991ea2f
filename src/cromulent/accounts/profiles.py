"""What users change about themselves: display name and password."""

from __future__ import annotations

from dataclasses import replace

from cromulent.accounts import store
from cromulent.accounts.entry import EntryChecks
from cromulent.accounts.errors import LinkInvalid, WrongPassword
from cromulent.accounts.facts import PasswordChanged, UserUpdated
from cromulent.accounts.links.store import delete_links_of, find_link_user
from cromulent.accounts.login_sessions import begin_session, end_sessions, hash_of, rotate_token
from cromulent.accounts.model import (
    PASSWORD_LENGTHS,
    Identity,
    LoggedIn,
    User,
    Visitor,
    checked_display_name,
    checked_password,
)
from cromulent.db import INSTANCE_FEED, Database, Unit
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import RateLimited
from cromulent.kernel.rate_limits import Limit, RateLimiter

CHANGES_PER_USER = Limit(10, 60.0)
"""Everybody hears of each, and the log keeps it."""


class ProfileService:
    """On behalf of the user themselves; a reset link makes its holder the user for one thing."""

    def __init__(self, database: Database, clock: Clock, entry: EntryChecks) -> None:
        self._database = database
        self._clock = clock
        self._entry = entry
        self._changes = RateLimiter(CHANGES_PER_USER, clock)

    async def change_display_name(self, user: User, text: str) -> User:
        """Be called something else from now on. Raises `InvalidInput` (`invalid_display_name`), `RateLimited`."""
        name = checked_display_name(text)
        bucket = self._changes.bucket(user.id)
        if not bucket.take():
            raise RateLimited(retry_after_seconds=bucket.seconds_until())

        def unit(unit: Unit) -> User:
            present = store.get_user(unit.connection, user.id)
            changed = replace(present, display_name=name)
            if changed != present:
                store.update_user(unit.connection, changed)
                unit.record(UserUpdated(changed), INSTANCE_FEED)
            return changed

        return await self._database.write(unit)

    async def change_password(self, identity: Identity, current: str, new: str, visitor: Visitor) -> LoggedIn:
        """Set another password: every other login of the user ends, and this one gets another token.

        Raises `WrongPassword`, `InvalidInput` (`invalid_password`, `common_password`), `TooManyAttempts`.
        """
        user = identity.user
        checked_password(new, user.user_name)
        attempt = self._entry.throttle.begin(f"password:{user.id}", visitor.address)
        before = await self._database.read(lambda connection: store.find_password_hash(connection, user.id))
        if len(current) > PASSWORD_LENGTHS[1] or not await self._entry.passwords.verify(before, current):
            raise WrongPassword
        after = await self._entry.passwords.hash(new)

        def unit(unit: Unit) -> LoggedIn:
            if store.find_password_hash(unit.connection, user.id) != before:
                raise WrongPassword
            token = rotate_token(unit, identity)
            _set_password(unit, user, after, kept_session=identity.login_session_id)
            return LoggedIn(user, identity.login_session_id, token)

        logged_in = await self._database.write(unit)
        attempt.succeeded()
        return logged_in

    async def reset_password(self, secret: str, new: str, visitor: Visitor) -> LoggedIn:
        """Use a reset link up: every login of its user ends, and one begins here. Of several at once exactly one wins.

        Raises `LinkInvalid`, `InvalidInput` (`invalid_password`, `common_password`; the link stays good), `TooManyAttempts`.
        """
        attempt = self._entry.throttle.begin(None, visitor.address)
        link = hash_of(secret)
        now = self._clock.now()
        user = await self._database.read(lambda connection: find_link_user(connection, link, "reset", now))
        if user is None:
            raise LinkInvalid
        password_hash = await self._entry.passwords.hash(checked_password(new, user.user_name))

        def unit(unit: Unit) -> LoggedIn:
            found = find_link_user(unit.connection, link, "reset", unit.now)
            if found is None:
                raise LinkInvalid
            _set_password(unit, found, password_hash, kept_session=None)
            return begin_session(unit, found, visitor.device)

        logged_in = await self._database.write(unit)
        attempt.succeeded()
        return logged_in


def _set_password(unit: Unit, user: User, password_hash: str, *, kept_session: str | None) -> None:
    store.update_password(unit.connection, user.id, password_hash)
    delete_links_of(unit.connection, user.id, "reset")
    end_sessions(unit, user.id, but=kept_session)
    unit.record(PasswordChanged(user.id))
