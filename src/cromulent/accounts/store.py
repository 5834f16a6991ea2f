"""Users, login sessions and links as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from cromulent.accounts.errors import EmailTaken, UserNameTaken
from cromulent.accounts.model import Identity, LoginSession, User, folded
from cromulent.db import UtcInstant, metadata
from cromulent.kernel.errors import NotFound

users = Table(
    "users",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_name", String(40), nullable=False),
    Column("user_name_folded", String(40), nullable=False, unique=True),
    Column("email", String(160)),
    Column("email_folded", String(160), unique=True),
    Column("display_name", String(40), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(255)),
    Column("created_at", UtcInstant, nullable=False),
    Column("disabled_at", UtcInstant),
)

login_sessions = Table(
    "login_sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(36), ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("device", String(80), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("last_seen_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
)

PROFILE = (
    users.c.id,
    users.c.user_name,
    users.c.display_name,
    users.c.role,
    users.c.email,
    users.c.created_at,
    users.c.disabled_at,
)
"""The columns a `User` is made of, in the order of its fields."""
_SESSION = (
    login_sessions.c.id,
    login_sessions.c.user_id,
    login_sessions.c.device,
    login_sessions.c.created_at,
    login_sessions.c.last_seen_at,
    login_sessions.c.expires_at,
)
_LIVE_BY_TOKEN = (
    select(*PROFILE, *_SESSION)
    .join(users, users.c.id == login_sessions.c.user_id)
    .where(
        login_sessions.c.token_hash == bindparam("token_hash"),
        login_sessions.c.expires_at > bindparam("now"),
        users.c.disabled_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; a user without a password has no hash."""

    user: User
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class LiveLogin:
    """An identity with the login session it rests on."""

    identity: Identity
    session: LoginSession


def any_user(connection: Connection) -> bool:
    """Whether the instance has a user at all."""
    return connection.execute(select(exists().select_from(users))).scalar_one()


def find_user(connection: Connection, user_id: str) -> User | None:
    """A user by id, or None."""
    row = connection.execute(select(*PROFILE).where(users.c.id == user_id)).one_or_none()
    return None if row is None else User(*row[:7])


def get_user(connection: Connection, user_id: str) -> User:
    """A user by id. Raises `NotFound`."""
    found = find_user(connection, user_id)
    if found is None:
        raise NotFound
    return found


def find_user_by_name(connection: Connection, user_name: str) -> User | None:
    """A user by name, without regard to case, or None."""
    row = connection.execute(select(*PROFILE).where(users.c.user_name_folded == folded(user_name))).one_or_none()
    return None if row is None else User(*row[:7])


def public_users(connection: Connection, limit: int) -> list[User]:
    """At most `limit` users, in the order they joined."""
    rows = connection.execute(select(*PROFILE).order_by(users.c.id).limit(limit))
    return [User(*row[:7]) for row in rows]


def get_users(connection: Connection, ids: Sequence[str]) -> list[User]:
    """The users with these ids, in the order asked for. Raises `NotFound` when one is missing."""
    rows = connection.execute(select(*PROFILE).where(users.c.id.in_(ids)))
    found = {row[0]: User(*row[:7]) for row in rows}
    if not found.keys() >= set(ids):
        raise NotFound
    return [found[user_id] for user_id in ids]


def is_enabled(user_id: ColumnElement[str]) -> ColumnElement[bool]:
    """For the statement of another store: whether the user each of its rows is about is not disabled."""
    return exists().where(users.c.id == user_id, users.c.disabled_at.is_(None))


def user_ids(connection: Connection) -> list[str]:
    """The id of every user, in the order they joined."""
    return list(connection.execute(select(users.c.id).order_by(users.c.id)).scalars())


def find_credentials(connection: Connection, login: str) -> Credentials | None:
    """Whoever has this user name or e-mail address, disabled or not, or None."""
    column = users.c.email_folded if "@" in login else users.c.user_name_folded
    statement = select(*PROFILE, users.c.password_hash).where(column == folded(login))
    row = connection.execute(statement).one_or_none()
    return None if row is None else Credentials(User(*row[:7]), row[7])


def find_password_hash(connection: Connection, user_id: str) -> str | None:
    """What a user's password is checked against, or None for a user who has none."""
    return connection.execute(select(users.c.password_hash).where(users.c.id == user_id)).scalar_one_or_none()


def users_after(connection: Connection, after: str, limit: int) -> list[User]:
    """Up to `limit` users with ids greater than `after`, which may be empty, in the order they joined."""
    rows = connection.execute(select(*PROFILE).where(users.c.id > after).order_by(users.c.id).limit(limit))
    return [User(*row[:7]) for row in rows]


def other_administrators(connection: Connection, user_id: str) -> int:
    """How many can administer the instance beside this user."""
    others = select(func.count()).where(
        users.c.role == "administrator", users.c.disabled_at.is_(None), users.c.id != user_id
    )
    return connection.execute(others).scalar_one()


def update_user(connection: Connection, user: User) -> None:
    """Keep a user's display name, role and whether they are disabled."""
    connection.execute(
        update(users)
        .where(users.c.id == user.id)
        .values(display_name=user.display_name, role=user.role, disabled_at=user.disabled_at)
    )


def update_password(connection: Connection, user_id: str, password_hash: str) -> None:
    """Keep another password."""
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def update_email(connection: Connection, user: User) -> None:
    """Keep a user's e-mail address. Raises `EmailTaken`."""
    _refuse_taken_email(connection, user)
    address = {"email": user.email, "email_folded": None if user.email is None else folded(user.email)}
    connection.execute(update(users).where(users.c.id == user.id).values(address))


def insert_user(connection: Connection, user: User, password_hash: str | None) -> None:
    """Add a user. Raises `UserNameTaken` or `EmailTaken`."""
    _refuse_taken(connection, user)
    row = {column.name: getattr(user, column.name) for column in PROFILE}
    row |= {
        "user_name_folded": folded(user.user_name),
        "email_folded": None if user.email is None else folded(user.email),
        "password_hash": password_hash,
    }
    connection.execute(insert(users).values(row))


def _refuse_taken(connection: Connection, user: User) -> None:
    if find_user_by_name(connection, user.user_name) is not None:
        raise UserNameTaken
    _refuse_taken_email(connection, user)


def _refuse_taken_email(connection: Connection, user: User) -> None:
    if user.email is not None:
        others = select(users.c.id).where(users.c.email_folded == folded(user.email), users.c.id != user.id)
        if connection.execute(others).first() is not None:
            raise EmailTaken


def find_live_login(connection: Connection, token_hash: bytes, now: datetime) -> LiveLogin | None:
    """Who holds this token, or None when nobody does (any more)."""
    row = connection.execute(_LIVE_BY_TOKEN, {"token_hash": token_hash, "now": now}).one_or_none()
    if row is None:
        return None
    session = LoginSession(*row[7:13])
    return LiveLogin(Identity(User(*row[:7]), session.id, session.device), session)


def sessions_of(connection: Connection, user_id: str, now: datetime) -> list[LoginSession]:
    """A user's live login sessions, the one used last first."""
    statement = (
        select(*_SESSION)
        .where(login_sessions.c.user_id == user_id, login_sessions.c.expires_at > now)
        .order_by(login_sessions.c.last_seen_at.desc(), login_sessions.c.id.desc())
    )
    return [LoginSession(*row) for row in connection.execute(statement)]


def insert_session(connection: Connection, session: LoginSession, token_hash: bytes) -> None:
    """Add a login session."""
    row = {column.name: getattr(session, column.name) for column in _SESSION}
    connection.execute(insert(login_sessions).values(row | {"token_hash": token_hash}))


def slide_session(connection: Connection, session_id: str, now: datetime, expires_at: datetime) -> None:
    """Note that a login session was used."""
    connection.execute(
        update(login_sessions).where(login_sessions.c.id == session_id).values(last_seen_at=now, expires_at=expires_at)
    )


def replace_token(connection: Connection, session_id: str, token_hash: bytes) -> bool:
    """Give a login session another token; False when it has ended."""
    one = update(login_sessions).where(login_sessions.c.id == session_id).values(token_hash=token_hash)
    return connection.execute(one).rowcount > 0


def delete_session(connection: Connection, user_id: str, session_id: str) -> bool:
    """Remove a login session of this user; False when there is none."""
    statement = delete(login_sessions).where(login_sessions.c.id == session_id, login_sessions.c.user_id == user_id)
    return connection.execute(statement).rowcount > 0


def any_expired_session(connection: Connection, now: datetime) -> bool:
    """Whether there is a login session that ended by itself."""
    return (
        connection.execute(select(login_sessions.c.id).where(login_sessions.c.expires_at <= now).limit(1)).first()
        is not None
    )


def delete_expired_sessions(connection: Connection, now: datetime, user_id: str | None = None) -> list[tuple[str, str]]:
    """Remove those that ended by themselves, of one user or of all; ids and users of what was removed."""
    statement = (
        delete(login_sessions)
        .where(login_sessions.c.expires_at <= now)
        .returning(login_sessions.c.id, login_sessions.c.user_id)
    )
    if user_id is not None:
        statement = statement.where(login_sessions.c.user_id == user_id)
    return [(session_id, owner_id) for session_id, owner_id in connection.execute(statement)]
