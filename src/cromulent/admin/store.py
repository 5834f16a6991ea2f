"""The audit log as rows. There is nothing here that changes or removes one, and the database refuses it too."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, Text, insert, select

from cromulent.admin.model import Act, AuditEntry
from cromulent.db import UtcInstant, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("happened_at", UtcInstant, nullable=False),
    Column("actor_id", String(36)),
    Column("action", String(64), nullable=False),
    Column("subject_id", String(36)),
    Column("detail", Text, nullable=False),
)


def append_entry(connection: Connection, happened_at: datetime, act: Act) -> None:
    """Write an act down."""
    connection.execute(
        insert(audit_entries).values(
            happened_at=happened_at,
            actor_id=act.actor_id,
            action=act.action,
            subject_id=act.subject_id,
            detail=json.dumps(dict(act.detail), ensure_ascii=False),
        )
    )


def entries_before(connection: Connection, before: int | None, limit: int) -> list[AuditEntry]:
    """Up to `limit` entries older than the one numbered `before`, the newest first."""
    page = select(audit_entries).order_by(audit_entries.c.number.desc()).limit(limit)
    if before is not None:
        page = page.where(audit_entries.c.number < before)
    return [
        AuditEntry(row.number, row.happened_at, Act(row.action, row.actor_id, row.subject_id, json.loads(row.detail)))
        for row in connection.execute(page)
    ]
