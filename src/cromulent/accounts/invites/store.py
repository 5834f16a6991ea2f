"""Invites, and who came through which, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from cromulent.accounts.invites.model import Arrival, Invite
from cromulent.accounts.model import User
from cromulent.accounts.store import PROFILE, users
from cromulent.db import UtcInstant, metadata

invites = Table(
    "invites",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_by", String(36), ForeignKey("users.id"), nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant),
    Column("max_uses", Integer),
    Column("revoked_at", UtcInstant),
)

invite_uses = Table(
    "invite_uses",
    metadata,
    Column("user_id", String(36), ForeignKey("users.id"), primary_key=True),
    Column("invite_id", String(36), ForeignKey("invites.id"), nullable=False),
    Column("used_at", UtcInstant, nullable=False),
    Index("ix_invite_uses_invite_id_user_id", "invite_id", "user_id"),
)

_USES = (
    select(func.count())
    .select_from(invite_uses)
    .where(invite_uses.c.invite_id == invites.c.id)
    .correlate(invites)
    .scalar_subquery()
)
_INVITE = select(
    invites.c.id,
    invites.c.created_by,
    invites.c.created_at,
    invites.c.expires_at,
    invites.c.max_uses,
    invites.c.revoked_at,
    _USES,
)


def find_invite(connection: Connection, invite_id: str) -> Invite | None:
    """An invite by id, or None."""
    row = connection.execute(_INVITE.where(invites.c.id == invite_id)).one_or_none()
    return None if row is None else Invite(*row)


def find_invite_by_secret(connection: Connection, secret_hash: bytes) -> Invite | None:
    """An invite by what is stored of its secret, or None."""
    row = connection.execute(_INVITE.where(invites.c.secret_hash == secret_hash)).one_or_none()
    return None if row is None else Invite(*row)


def invites_before(connection: Connection, before: str | None, limit: int) -> list[Invite]:
    """Up to `limit` invites older than the one with the id `before`, the newest first."""
    page = _INVITE.order_by(invites.c.id.desc()).limit(limit)
    if before is not None:
        page = page.where(invites.c.id < before)
    return [Invite(*row) for row in connection.execute(page)]


def unrevoked_invites_of(connection: Connection, user_id: str) -> list[Invite]:
    """The invites a user has made and nobody has revoked, the oldest first; what has expired or is used up is among them."""
    made = _INVITE.where(invites.c.created_by == user_id, invites.c.revoked_at.is_(None)).order_by(invites.c.id)
    return [Invite(*row) for row in connection.execute(made)]


def arrivals_after(connection: Connection, invite_id: str, after: str, limit: int) -> list[Arrival]:
    """Up to `limit` of those who came through an invite, in the order they came; `after` is the id of a user, or empty."""
    page = (
        select(*PROFILE, invite_uses.c.used_at)
        .join(invite_uses, invite_uses.c.user_id == users.c.id)
        .where(invite_uses.c.invite_id == invite_id, users.c.id > after)
        .order_by(users.c.id)
        .limit(limit)
    )
    return [Arrival(User(*row[:7]), row[-1]) for row in connection.execute(page)]


def insert_invite(connection: Connection, invite: Invite, secret_hash: bytes) -> None:
    """Add an invite."""
    connection.execute(
        insert(invites).values(
            id=invite.id,
            secret_hash=secret_hash,
            created_by=invite.created_by,
            created_at=invite.created_at,
            expires_at=invite.expires_at,
            max_uses=invite.max_uses,
            revoked_at=invite.revoked_at,
        )
    )


def insert_use(connection: Connection, invite_id: str, user_id: str, used_at: datetime) -> None:
    """Note that a user came through an invite."""
    connection.execute(insert(invite_uses).values(invite_id=invite_id, user_id=user_id, used_at=used_at))


def revoke_invite(connection: Connection, invite_id: str, revoked_at: datetime) -> None:
    """Let an invite end now."""
    connection.execute(update(invites).where(invites.c.id == invite_id).values(revoked_at=revoked_at))
