"""The one thing of voice that is kept on disk: which resume tokens are worth nothing any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, insert, select, update

from cromulent.db import UtcInstant, metadata

voice_revocations = Table(
    "voice_revocations",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("channel_id", String(36), primary_key=True),
    Column("revoked_before", UtcInstant, nullable=False),
)


def find_revoked_before(connection: Connection, user_id: str, channel_id: str) -> datetime | None:
    """Tokens of this user and channel issued before this instant are void; None when none are."""
    of_both = (voice_revocations.c.user_id == user_id, voice_revocations.c.channel_id == channel_id)
    return connection.execute(select(voice_revocations.c.revoked_before).where(*of_both)).scalar_one_or_none()


def revoke_before(connection: Connection, user_id: str, channel_id: str, before: datetime) -> None:
    """Void the tokens issued before `before`; never brings one back that was void already."""
    known = find_revoked_before(connection, user_id, channel_id)
    if known is None:
        row = {"user_id": user_id, "channel_id": channel_id, "revoked_before": before}
        connection.execute(insert(voice_revocations).values(row))
    elif before > known:
        of_both = (voice_revocations.c.user_id == user_id, voice_revocations.c.channel_id == channel_id)
        connection.execute(update(voice_revocations).where(*of_both).values(revoked_before=before))
