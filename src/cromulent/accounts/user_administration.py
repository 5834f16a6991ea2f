"""What administrators do about users: see them all, give roles, disable, hand out reset links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cromulent.accounts import store
from cromulent.accounts.access import require_administrator
from cromulent.accounts.errors import LastAdministrator, NotForTheDisabled
from cromulent.accounts.facts import InviteRevoked, ResetLinkMade, RoleChanged, UserDisabled, UserEnabled, UserUpdated
from cromulent.accounts.invites.store import revoke_invite, unrevoked_invites_of
from cromulent.accounts.links.store import Link, delete_links, delete_links_of, insert_link
from cromulent.accounts.login_sessions import end_sessions, hash_of
from cromulent.accounts.model import RESET_LINK_LIFE, Role, User
from cromulent.db import INSTANCE_FEED, Connection, Database, Unit
from cromulent.kernel.errors import NotFound
from cromulent.kernel.ids import new_secret
from cromulent.kernel.paging import check_id_page

MAX_USERS_PAGE = 200


@dataclass(frozen=True, slots=True)
class UsersPage:
    """Users in the order they joined; `next` is the `after` of the following page, if any."""

    users: Sequence[User]
    next: str | None


@dataclass(frozen=True, slots=True)
class ResetLink:
    """A link to set a password anew. The secret is told once and kept nowhere."""

    user: User
    secret: str
    expires_at: datetime


class UserAdministration:
    """On behalf of an administrator; `Forbidden` for everybody else, decided inside the unit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def users(self, actor: User, after: str | None, limit: int) -> UsersPage:
        """Up to `limit` (1–200) users with ids greater than `after`. Raises `Forbidden`, `InvalidInput` (`invalid_page`)."""
        check_id_page(after, limit, MAX_USERS_PAGE)

        def read(connection: Connection) -> UsersPage:
            require_administrator(connection, actor.id)
            found = store.users_after(connection, after or "", limit + 1)
            return UsersPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

        return await self._database.read(read)

    async def change(self, actor: User, user_id: str, *, role: Role | None, disabled: bool | None) -> User:
        """Give a user another role, disable or enable them; None leaves it as it is. Disabling ends their logins and sockets.

        An administrator who ceases to be one leaves no way in behind: open invites of theirs are revoked, all reset links are void.

        Raises `Forbidden`, `NotFound`, and `LastAdministrator` when nobody would be left who can.
        """

        def unit(unit: Unit) -> User:
            require_administrator(unit.connection, actor.id)
            present = store.get_user(unit.connection, user_id)
            changed = _changed(present, role, disabled, unit.now)
            lost = _administers(present) and not _administers(changed)
            if lost and not store.other_administrators(unit.connection, user_id):
                raise LastAdministrator
            if changed != present:
                store.update_user(unit.connection, changed)
                _record(unit, present, changed, actor.id)
            return changed

        return await self._database.write(unit)

    async def make_reset_link(self, actor: User, user_id: str) -> ResetLink:
        """A link by which a user sets another password; one made before is worth nothing. Raises `Forbidden`, `NotFound`,
        `NotForTheDisabled`.
        """

        def find(connection: Connection) -> User:
            require_administrator(connection, actor.id)
            return store.get_user(connection, user_id)

        return await self._make_reset_link(find, actor.id)

    async def make_reset_link_for(self, user_name: str) -> ResetLink:
        """The same on the operator's word, by user name. Raises `NotFound`, `NotForTheDisabled`."""

        def find(connection: Connection) -> User:
            user = store.find_user_by_name(connection, user_name)
            if user is None:
                raise NotFound("There is no user of that name.")
            return user

        return await self._make_reset_link(find, None)

    async def _make_reset_link(self, find: Callable[[Connection], User], actor_id: str | None) -> ResetLink:
        secret = new_secret()

        def unit(unit: Unit) -> ResetLink:
            user = find(unit.connection)
            if user.disabled_at is not None:
                raise NotForTheDisabled
            expires_at = unit.now + RESET_LINK_LIFE
            delete_links_of(unit.connection, user.id, "reset")
            link = Link(
                secret_hash=hash_of(secret),
                purpose="reset",
                created_at=unit.now,
                user_id=user.id,
                expires_at=expires_at,
            )
            insert_link(unit.connection, link)
            unit.record(ResetLinkMade(user.id, actor_id))
            return ResetLink(user, secret, expires_at)

        return await self._database.write(unit)


def _changed(user: User, role: Role | None, disabled: bool | None, now: datetime) -> User:
    disabled_at = user.disabled_at
    if disabled is not None:
        disabled_at = (disabled_at or now) if disabled else None
    return replace(user, role=role or user.role, disabled_at=disabled_at)


def _administers(user: User) -> bool:
    return user.role == "administrator" and user.disabled_at is None


def _record(unit: Unit, before: User, after: User, actor_id: str) -> None:
    """Everybody hears of a role; that somebody is disabled is nobody's business."""
    unit.record(UserUpdated(after), INSTANCE_FEED if after.role != before.role else None)
    if after.role != before.role:
        unit.record(RoleChanged(after.id, after.role, actor_id))
    if after.disabled_at is not None and before.disabled_at is None:
        unit.record(UserDisabled(after.id, actor_id))  # first: that is why the logins end
        end_sessions(unit, after.id)
        _end_ways_in(unit, before, actor_id)
    elif after.disabled_at is None and before.disabled_at is not None:
        unit.record(UserEnabled(after.id, actor_id))
    elif _administers(before) and not _administers(after):
        _end_ways_in(unit, before, actor_id)


def _end_ways_in(unit: Unit, user: User, actor_id: str) -> None:
    """Nobody gets in any more by a link the user is named in or has handed out.

    Who has made a reset link is not kept, so with an administrator all of them go: they are few and last a day.
    """
    if _administers(user):
        delete_links(unit.connection, ["reset"])
    else:
        delete_links_of(unit.connection, user.id, "reset")
    for invite in unrevoked_invites_of(unit.connection, user.id):
        if invite.is_open(unit.now):
            revoke_invite(unit.connection, invite.id, unit.now)
            unit.record(InviteRevoked(invite.id, actor_id))
