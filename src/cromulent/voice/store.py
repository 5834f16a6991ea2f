"""What of voice is kept on disk: which resume tokens are worth nothing any more, and who is muted where."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select, update

from cromulent.db import UtcInstant, metadata

voice_revocations = Table(
    "voice_revocations",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("channel_id", String(36), primary_key=True),
    Column("revoked_before", UtcInstant, nullable=False),
)

voice_mutes = Table(
    "voice_mutes",
    metadata,
    Column("channel_id", String(36), ForeignKey("channels.id", name="fk_voice_mutes_channel_id"), primary_key=True),
    Column("user_id", String(36), ForeignKey("users.id", name="fk_voice_mutes_user_id"), primary_key=True),
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


def mutes(connection: Connection) -> list[tuple[str, str]]:
    """Everybody an administrator has muted: (user id, channel id)."""
    rows = connection.execute(select(voice_mutes.c.user_id, voice_mutes.c.channel_id))
    return [(user_id, channel_id) for user_id, channel_id in rows]


def mute(connection: Connection, user_id: str, channel_id: str) -> bool:
    """Keep that somebody is muted in a channel; False when they were."""
    row = {"user_id": user_id, "channel_id": channel_id}
    known = select(voice_mutes.c.user_id).filter_by(**row)
    if connection.execute(known).first() is not None:
        return False
    connection.execute(insert(voice_mutes).values(row))
    return True


def unmute(connection: Connection, user_id: str, channel_id: str) -> bool:
    """Forget that somebody is muted in a channel; False when they were not."""
    row = {"user_id": user_id, "channel_id": channel_id}
    return connection.execute(delete(voice_mutes).filter_by(**row)).rowcount > 0


def forget_mutes(connection: Connection, channel_id: str) -> None:
    """Nobody is muted in a channel that ends."""
    connection.execute(delete(voice_mutes).where(voice_mutes.c.channel_id == channel_id))
