"""What users change about themselves: display name, e-mail address, password, settings."""

from __future__ import annotations

from dataclasses import replace

from cromulent.accounts import store
from cromulent.accounts.access import require_enabled
from cromulent.accounts.entry import EntryChecks
from cromulent.accounts.errors import LinkInvalid, WrongPassword
from cromulent.accounts.facts import EmailChanged, PasswordChanged, UserSettingsUpdated, UserUpdated
from cromulent.accounts.links.store import delete_links_of, find_link_user
from cromulent.accounts.login_sessions import begin_session, end_sessions, hash_of, rotate_token
from cromulent.accounts.model import (
    PASSWORD_LENGTHS,
    Identity,
    LoggedIn,
    User,
    Visitor,
    checked_display_name,
    checked_email,
    checked_password,
)
from cromulent.accounts.user_settings.model import UserSettings, checked_user_settings
from cromulent.accounts.user_settings.store import get_user_settings, store_user_settings
from cromulent.db import INSTANCE_FEED, Database, Unit, user_feed
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import RateLimited
from cromulent.kernel.rate_limits import Limit, RateLimiter

CHANGES_PER_USER = Limit(10, 60.0)
"""Everybody hears of each, and the log keeps it."""
SETTINGS_CHANGES_PER_USER = Limit(60, 60.0)
"""Only the user hears of each, but the log keeps it too."""


class ProfileService:
    """On behalf of the user themselves; a reset link makes its holder the user for one thing."""

    def __init__(self, database: Database, clock: Clock, entry: EntryChecks) -> None:
        self._database = database
        self._clock = clock
        self._entry = entry
        self._changes = RateLimiter(CHANGES_PER_USER, clock)
        self._settings_changes = RateLimiter(SETTINGS_CHANGES_PER_USER, clock)

    async def change_display_name(self, user: User, text: str) -> User:
        """Be called something else from now on. Raises `InvalidInput` (`invalid_display_name`), `RateLimited`."""
        name = checked_display_name(text)
        bucket = self._changes.bucket(user.id)
        if not bucket.take():
            raise RateLimited(retry_after_seconds=bucket.seconds_until())

        def unit(unit: Unit) -> User:
            present = require_enabled(unit.connection, user.id)
            changed = replace(present, display_name=name)
            if changed != present:
                store.update_user(unit.connection, changed)
                unit.record(UserUpdated(changed), INSTANCE_FEED)
            return changed

        return await self._database.write(unit)

    async def settings_of(self, user: User) -> UserSettings:
        """What a user has chosen so far."""
        return await self._database.read(lambda connection: get_user_settings(connection, user.id))

    async def change_settings(self, user: User, change: UserSettings) -> UserSettings:
        """Keep what is chosen in `change`, leave the rest; the `rev` of `change` means nothing. Raises `InvalidInput`, `RateLimited`."""
        checked_user_settings(change)
        bucket = self._settings_changes.bucket(user.id)
        if not bucket.take():
            raise RateLimited(retry_after_seconds=bucket.seconds_until())

        def unit(unit: Unit) -> UserSettings:
            require_enabled(unit.connection, user.id)
            present = get_user_settings(unit.connection, user.id)
            changed = present.changed_by(change)
            return present if changed == present else _keep_settings(unit, user, changed)

        return await self._database.write(unit)

    async def change_email(self, user: User, current: str, text: str | None, visitor: Visitor) -> User:
        """Be reached, and log in, by another address from now on, or by none. `current` is the password: an address is a way in.

        Raises `WrongPassword`, `InvalidInput` (`invalid_email`), `EmailTaken`, `TooManyAttempts`.
        """
        email = checked_email(text)
        attempt = self._entry.throttle.begin(f"password:{user.id}", visitor.address)
        known = await self._verified_hash(user, current)

        def unit(unit: Unit) -> User:
            if store.find_password_hash(unit.connection, user.id) != known:
                raise WrongPassword
            changed = replace(require_enabled(unit.connection, user.id), email=email)
            store.update_email(unit.connection, changed)
            unit.record(EmailChanged(user.id))
            return changed

        changed = await self._database.write(unit)
        attempt.succeeded()
        return changed

    async def change_password(self, identity: Identity, current: str, new: str, visitor: Visitor) -> LoggedIn:
        """Set another password: every other login of the user ends, and this one gets another token.

        Raises `WrongPassword`, `InvalidInput` (`invalid_password`, `common_password`), `TooManyAttempts`.
        """
        user = identity.user
        checked_password(new, user.user_name)
        attempt = self._entry.throttle.begin(f"password:{user.id}", visitor.address)
        before = await self._verified_hash(user, current)
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

    async def _verified_hash(self, user: User, password: str) -> str | None:
        """What is stored of the user's password, which this is. Raises `WrongPassword`."""
        known = await self._database.read(lambda connection: store.find_password_hash(connection, user.id))
        if len(password) > PASSWORD_LENGTHS[1] or not await self._entry.passwords.verify(known, password):
            raise WrongPassword
        return known


def _keep_settings(unit: Unit, user: User, changed: UserSettings) -> UserSettings:
    feed = user_feed(user.id)
    kept = replace(changed, rev=unit.reserve_seq(feed))
    store_user_settings(unit.connection, user.id, kept)
    unit.record(UserSettingsUpdated(user.id, kept), feed, seq=kept.rev)
    return kept


def _set_password(unit: Unit, user: User, password_hash: str, *, kept_session: str | None) -> None:
    store.update_password(unit.connection, user.id, password_hash)
    delete_links_of(unit.connection, user.id, "reset")
    end_sessions(unit, user.id, but=kept_session)
    unit.record(PasswordChanged(user.id, kept_session))
