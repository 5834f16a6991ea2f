"""The use cases of accounts: the first administrator, logging in and out, one's own login sessions."""

from __future__ import annotations

from cromulent.accounts import store
from cromulent.accounts.entry import EntryChecks
from cromulent.accounts.errors import AccountDisabled, LinkInvalid, WrongCredentials
from cromulent.accounts.facts import (
    AdministratorCreated,
    EmailChanged,
    LoginSessionEnded,
    PasswordChanged,
    UserCreated,
    UserDisabled,
    UserUpdated,
)
from cromulent.accounts.links.store import Link, delete_links, find_link_user, has_link, insert_link
from cromulent.accounts.login_sessions import LoginSessions, begin_session, hash_of
from cromulent.accounts.model import (
    PASSWORD_LENGTHS,
    Identity,
    LoggedIn,
    LoginSession,
    NewAccount,
    Role,
    User,
    Visitor,
    folded,
)
from cromulent.db import INSTANCE_FEED, Database, Unit
from cromulent.kernel.clock import Clock
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id, new_secret


class AccountService:
    """Users and their logins. What needs a password hash makes it before the unit; what must be decided once is decided inside."""

    def __init__(self, database: Database, clock: Clock, entry: EntryChecks) -> None:
        self._database = database
        self._entry = entry
        self._passwords = entry.passwords
        self._throttle = entry.throttle
        self._sessions = LoginSessions(database, clock)
        self._has_users = False

    async def identify(self, token: str) -> Identity:
        """Whose token it is; using it keeps the login alive. Raises `NotAuthenticated`."""
        return await self._sessions.identify(token)

    async def needs_setup(self) -> bool:
        """Whether nobody has an account yet."""
        if not self._has_users:
            self._has_users = await self._database.read(store.any_user)
        return not self._has_users

    async def renew_links(self) -> str | None:
        """At the start: every link of an earlier life dies. The secret of a fresh set-up link, or None when there are users."""
        secret = new_secret()

        def unit(unit: Unit) -> str | None:
            delete_links(unit.connection, ["setup", "sign_in"])
            if store.any_user(unit.connection):
                return None
            insert_link(unit.connection, Link(secret_hash=hash_of(secret), purpose="setup", created_at=unit.now))
            return secret

        return await self._database.write(unit)

    async def create_first_administrator(self, secret: str, account: NewAccount, visitor: Visitor) -> LoggedIn:
        """Use the set-up link up. Of several who race for it exactly one wins; the others get `LinkInvalid`.

        Raises also `TooManyAttempts`. The link stays good when the account itself is refused.
        """
        attempt = self._throttle.begin(None, visitor.address)
        link = hash_of(secret)
        if not await self._database.read(lambda connection: has_link(connection, link, "setup")):
            raise LinkInvalid
        password_hash = await self._passwords.hash(account.password)

        def unit(unit: Unit) -> LoggedIn:
            if not has_link(unit.connection, link, "setup") or store.any_user(unit.connection):
                raise LinkInvalid
            user = add_user(unit, account, "administrator", password_hash)
            unit.record(AdministratorCreated(user, actor_id=user.id))
            return begin_session(unit, user, visitor.device)

        logged_in = await self._database.write(unit)
        attempt.succeeded()
        return logged_in

    async def create_administrator(self, account: NewAccount) -> User:
        """Make an administrator on the operator's word. Raises `UserNameTaken`, `EmailTaken`."""
        password_hash = await self._passwords.hash(account.password)

        def unit(unit: Unit) -> User:
            user = add_user(unit, account, "administrator", password_hash)
            unit.record(AdministratorCreated(user, actor_id=None))
            return user

        return await self._database.write(unit)

    async def make_sign_in_link(self, user_name: str, role: Role) -> str:
        """The secret of a link that logs in as `user_name` until the next start; the user is made, without a password, if missing."""
        secret = new_secret()

        def unit(unit: Unit) -> str:
            user = store.find_user_by_name(unit.connection, user_name)
            if user is None:
                user = add_user(unit, NewAccount(user_name, user_name, None, ""), role, None)
                if role == "administrator":
                    unit.record(AdministratorCreated(user, actor_id=None))
            link = Link(secret_hash=hash_of(secret), purpose="sign_in", created_at=unit.now, user_id=user.id)
            insert_link(unit.connection, link)
            return secret

        return await self._database.write(unit)

    async def log_in(self, login: str, password: str, visitor: Visitor) -> LoggedIn:
        """Log in by user name or e-mail address.

        Raises `TooManyAttempts`; `WrongCredentials` after the same time whatever was wrong; and `AccountDisabled`, only to whoever
        knows the password.
        """
        found = await self._database.read(lambda connection: store.find_credentials(connection, login))
        device = None if found is None else self._entry.devices.device_of(visitor.mark, found.user.id)
        attempt = self._throttle.begin(_counted_as(login), visitor.address, known_device=device)
        if len(password) > PASSWORD_LENGTHS[1]:  # nobody's, and hashing a megabyte is what somebody hopes for
            raise WrongCredentials
        if not await self._passwords.verify(found and found.password_hash, password) or found is None:
            raise WrongCredentials
        logged_in = await self._begin(found, visitor)
        user = logged_in.user
        attempt.succeeded(*(_counted_as(name) for name in (user.user_name, user.email) if name is not None))
        return logged_in

    async def log_in_by_link(self, secret: str, visitor: Visitor) -> LoggedIn:
        """Log in by a demonstration link, which can be opened again. Raises `LinkInvalid`, `TooManyAttempts`."""
        attempt = self._throttle.begin(None, visitor.address)
        link = hash_of(secret)

        def unit(unit: Unit) -> LoggedIn:
            user = find_link_user(unit.connection, link, "sign_in", unit.now)
            if user is None:
                raise LinkInvalid
            return begin_session(unit, user, visitor.device)

        logged_in = await self._database.write(unit)
        attempt.succeeded()
        return logged_in

    def mark_for(self, user: User, visitor: Visitor) -> str:
        """The mark the visitor's browser is to keep from now on, so that it is known as one of this user's."""
        return self._entry.devices.mark_for(user.id, visitor.mark)

    async def log_out(self, identity: Identity) -> None:
        """End the login the request was made with. Raises `NotFound` when that has happened meanwhile."""
        await self._sessions.end(identity.user.id, identity.login_session_id)

    async def login_sessions_of(self, user: User) -> list[LoginSession]:
        """A user's own logins, the one used last first."""
        return await self._sessions.of_user(user.id)

    async def end_login_session(self, user: User, login_session_id: str) -> None:
        """End one of a user's own logins. Raises `NotFound` for anybody else's."""
        await self._sessions.end(user.id, login_session_id)

    async def end_expired_login_sessions(self) -> None:
        """End the logins that nobody has used for too long. Call it every few seconds."""
        await self._sessions.end_expired()

    def after_commit(self, fact: Fact) -> None:
        """Forget what the fact has made untrue."""
        if isinstance(fact, LoginSessionEnded):
            self._sessions.forget(fact.login_session_id)
        elif isinstance(fact, UserUpdated):
            self._sessions.forget_user(fact.user.id)
        elif isinstance(fact, PasswordChanged | EmailChanged | UserDisabled):
            self._sessions.forget_user(fact.user_id)

    async def close(self) -> None:
        """Finish what is being written and end the threads; the database must still be open."""
        await self._sessions.close()
        self._passwords.close()

    async def _begin(self, verified: store.Credentials, visitor: Visitor) -> LoggedIn:
        def unit(unit: Unit) -> LoggedIn:
            user = store.find_user(unit.connection, verified.user.id)
            unchanged = store.find_password_hash(unit.connection, verified.user.id) == verified.password_hash
            if user is None or not unchanged:
                raise WrongCredentials
            if user.disabled_at is not None:
                raise AccountDisabled
            return begin_session(unit, user, visitor.device)

        return await self._database.write(unit)


def _counted_as(login: str) -> str:
    """What failures are counted under: what was typed, never whom it means, or the count would tell whose an address is."""
    return f"login:{hash_of(folded(login)).hex()}"


def add_user(unit: Unit, account: NewAccount, role: Role, password_hash: str | None) -> User:
    """Add a user inside a unit and tell everybody; the set-up link dies with the first one. Raises `UserNameTaken`, `EmailTaken`."""
    user = User(
        id=new_id(),
        user_name=account.user_name,
        display_name=account.display_name,
        role=role,
        email=account.email,
        created_at=unit.now,
        disabled_at=None,
    )
    store.insert_user(unit.connection, user, password_hash)
    delete_links(unit.connection, ["setup"])
    unit.record(UserCreated(user), INSTANCE_FEED)
    return user
