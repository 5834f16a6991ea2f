"""Links that carry a secret, as rows: set-up, demonstration, setting a password anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, String, Table, delete, insert, or_, select

from cromulent.accounts.model import User
from cromulent.accounts.store import PROFILE, users
from cromulent.db import UtcInstant, metadata

LinkPurpose = Literal["setup", "sign_in", "reset"]

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("secret_hash", LargeBinary(32), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("user_id", String(36), ForeignKey("users.id")),
    Column("created_at", UtcInstant, nullable=False),
    Column("expires_at", UtcInstant),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it is stored. `user_id` is whom it stands for, `expires_at` None for one that ends otherwise."""

    secret_hash: bytes
    purpose: LinkPurpose
    created_at: datetime
    user_id: str | None = None
    expires_at: datetime | None = None


def insert_link(connection: Connection, link: Link) -> None:
    """Add a link."""
    connection.execute(
        insert(one_time_links).values(
            secret_hash=link.secret_hash,
            purpose=link.purpose,
            user_id=link.user_id,
            created_at=link.created_at,
            expires_at=link.expires_at,
        )
    )


def has_link(connection: Connection, secret_hash: bytes, purpose: LinkPurpose) -> bool:
    """Whether there is such a link."""
    statement = select(one_time_links.c.purpose).where(
        one_time_links.c.secret_hash == secret_hash, one_time_links.c.purpose == purpose
    )
    return connection.execute(statement).first() is not None


def find_link_user(connection: Connection, secret_hash: bytes, purpose: LinkPurpose, now: datetime) -> User | None:
    """Whom a link stands for, if there is such a link that has not expired, and the user is not disabled."""
    statement = (
        select(*PROFILE)
        .join(one_time_links, one_time_links.c.user_id == users.c.id)
        .where(
            one_time_links.c.secret_hash == secret_hash,
            one_time_links.c.purpose == purpose,
            or_(one_time_links.c.expires_at.is_(None), one_time_links.c.expires_at > now),
            users.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else User(*row[:7])


def delete_links(connection: Connection, purposes: Sequence[LinkPurpose]) -> None:
    """Remove every link of these purposes."""
    connection.execute(delete(one_time_links).where(one_time_links.c.purpose.in_(purposes)))


def delete_links_of(connection: Connection, user_id: str, purpose: LinkPurpose) -> None:
    """Remove a user's links of one purpose."""
    connection.execute(
        delete(one_time_links).where(one_time_links.c.user_id == user_id, one_time_links.c.purpose == purpose)
    )
