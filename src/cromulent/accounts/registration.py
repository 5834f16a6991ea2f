"""Registering, by an invite or openly, and the invites themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cromulent.accounts.access import require_administrator
from cromulent.accounts.entry import EntryChecks
from cromulent.accounts.errors import LinkInvalid, RegistrationClosed
from cromulent.accounts.facts import InviteCreated, InviteRevoked
from cromulent.accounts.invites import store
from cromulent.accounts.invites.model import Arrival, Invite, InviteTerms
from cromulent.accounts.login_sessions import begin_session, hash_of
from cromulent.accounts.model import LoggedIn, NewAccount, User, Visitor
from cromulent.accounts.service import add_user
from cromulent.accounts.store import any_user
from cromulent.db import Connection, Database, Unit
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import NotFound
from cromulent.kernel.ids import new_id, new_secret
from cromulent.kernel.paging import check_id_page
from cromulent.settings import get_settings

MAX_INVITES_PAGE = 50
MAX_ARRIVALS_PAGE = 200


@dataclass(frozen=True, slots=True)
class InvitesPage:
    """Invites, the newest first; `next` is the `before` of the following page, if any."""

    invites: Sequence[Invite]
    next: str | None


@dataclass(frozen=True, slots=True)
class ArrivalsPage:
    """Who came through an invite, in the order they came; `next` is the `after` of the following page, if any."""

    arrivals: Sequence[Arrival]
    next: str | None


class RegistrationService:
    """How people get in who were not there before."""

    def __init__(self, database: Database, clock: Clock, entry: EntryChecks) -> None:
        self._database = database
        self._clock = clock
        self._entry = entry

    async def check_invite(self, secret: str, visitor: Visitor) -> None:
        """Whether an invite would let somebody in at this moment.

        Raises `LinkInvalid` whatever is wrong with it, `RegistrationClosed` whatever it is, and `TooManyAttempts`.
        """
        attempt = self._entry.throttle.begin(None, visitor.address)
        await self._check(secret)
        attempt.succeeded()

    async def register(self, secret: str | None, account: NewAccount, visitor: Visitor) -> LoggedIn:
        """Make a user and log them in; of several who race for the last use of an invite exactly one gets in.

        `secret` is the invite's, None where registration is open. Raises `LinkInvalid`, `RegistrationClosed`,
        `UserNameTaken`, `EmailTaken`, `TooManyAttempts`, `RateLimited`. The invite is not used up when it raises.
        """
        attempt = self._entry.throttle.begin(None, visitor.address)
        await self._check(secret)
        self._entry.count_registration(visitor.address)
        password_hash = await self._entry.passwords.hash(account.password)

        def unit(unit: Unit) -> LoggedIn:
            invite = _way_in(unit.connection, secret, unit.now)
            user = add_user(unit, account, "member", password_hash)
            if invite is not None:
                store.insert_use(unit.connection, invite.id, user.id, unit.now)
            return begin_session(unit, user, visitor.device)

        logged_in = await self._database.write(unit)
        attempt.succeeded()
        return logged_in

    async def create_invite(self, actor: User, terms: InviteTerms) -> tuple[Invite, str]:
        """Make an invite; its secret is told here and kept nowhere. Raises `Forbidden`."""
        secret = new_secret()

        def unit(unit: Unit) -> Invite:
            require_administrator(unit.connection, actor.id)
            expires_at = None if terms.life is None else unit.now + terms.life
            invite = Invite(new_id(), actor.id, unit.now, expires_at, terms.max_uses, revoked_at=None)
            store.insert_invite(unit.connection, invite, hash_of(secret))
            unit.record(InviteCreated(invite, actor.id))
            return invite

        return await self._database.write(unit), secret

    async def revoke_invite(self, actor: User, invite_id: str) -> Invite:
        """Let an invite end now; one that has been revoked stays as it is. Raises `Forbidden`, `NotFound`."""

        def unit(unit: Unit) -> Invite:
            require_administrator(unit.connection, actor.id)
            invite = store.find_invite(unit.connection, invite_id)
            if invite is None:
                raise NotFound
            if invite.revoked_at is not None:
                return invite
            store.revoke_invite(unit.connection, invite_id, unit.now)
            unit.record(InviteRevoked(invite_id, actor.id))
            return replace(invite, revoked_at=unit.now)

        return await self._database.write(unit)

    async def invites(self, actor: User, before: str | None, limit: int) -> InvitesPage:
        """Up to `limit` (1–50) invites older than the one with the id `before`. Raises `Forbidden`, `InvalidInput` (`invalid_page`)."""
        check_id_page(before, limit, MAX_INVITES_PAGE)

        def read(connection: Connection) -> InvitesPage:
            require_administrator(connection, actor.id)
            found = store.invites_before(connection, before, limit + 1)
            return InvitesPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

        return await self._database.read(read)

    async def arrivals(self, actor: User, invite_id: str, after: str | None, limit: int) -> ArrivalsPage:
        """Up to `limit` (1–200) of those who came through an invite. Raises `Forbidden`, `NotFound`, `InvalidInput` (`invalid_page`)."""
        check_id_page(after, limit, MAX_ARRIVALS_PAGE)

        def read(connection: Connection) -> ArrivalsPage:
            require_administrator(connection, actor.id)
            if store.find_invite(connection, invite_id) is None:
                raise NotFound
            found = store.arrivals_after(connection, invite_id, after or "", limit + 1)
            return ArrivalsPage(found[:limit], found[limit - 1].user.id if len(found) > limit else None)

        return await self._database.read(read)

    async def _check(self, secret: str | None) -> None:
        """Refuse before a password is hashed what would be refused afterwards anyway."""
        now = self._clock.now()
        await self._database.read(lambda connection: _way_in(connection, secret, now))


def _way_in(connection: Connection, secret: str | None, now: datetime) -> Invite | None:
    """The invite somebody comes by, None for whoever needs none. Raises `RegistrationClosed`, `LinkInvalid`.

    The mode decides before the invite is looked at, so that nothing is learned about it while registration is closed.
    """
    mode = get_settings(connection).registration_mode
    if mode == "closed" or not any_user(connection):  # before the first administrator only the set-up link opens
        raise RegistrationClosed
    if secret is None and mode == "open":
        return None
    invite = None if secret is None else store.find_invite_by_secret(connection, hash_of(secret))
    if invite is None or not invite.is_open(now):
        raise LinkInvalid
    return invite
