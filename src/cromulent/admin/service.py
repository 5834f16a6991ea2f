"""The use cases of administration that belong to no other domain: the switches, and reading the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cromulent.accounts import User, find_user, require_administrator
from cromulent.admin import store
from cromulent.admin.model import AuditEntry
from cromulent.db import Connection, Database, Unit
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.paging import MAX_SEQ
from cromulent.settings import InstanceSettings, SettingsChange, change_settings

MAX_AUDIT_PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first, and those of the users they name who exist; `next` is the `before` of the following page, if any."""

    entries: Sequence[AuditEntry]
    users: Sequence[User]
    next: int | None


class AdminService:
    """On behalf of an administrator; `Forbidden` for everybody else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change_settings(self, actor: User, change: SettingsChange) -> InstanceSettings:
        """Change switches of the instance, effective at once. Raises `Forbidden`, `InvalidInput`."""

        def unit(unit: Unit) -> InstanceSettings:
            require_administrator(unit.connection, actor.id)
            return change_settings(unit, change, actor.id)

        return await self._database.write(unit)

    async def audit_log(self, actor: User, before: int | None, limit: int) -> AuditPage:
        """Up to `limit` (1–50) entries older than the one numbered `before`. Raises `Forbidden`, `InvalidInput` (`invalid_page`)."""
        if not 1 <= limit <= MAX_AUDIT_PAGE:
            raise InvalidInput(f"A page has 1 to {MAX_AUDIT_PAGE} entries.", code="invalid_page")
        if before is not None and not 0 <= before <= MAX_SEQ:
            raise InvalidInput("`before` is the number of an entry.", code="invalid_page")

        def read(connection: Connection) -> AuditPage:
            require_administrator(connection, actor.id)
            found = store.entries_before(connection, before, limit + 1)
            shown = found[:limit]
            return AuditPage(shown, _users_of(connection, shown), shown[-1].number if len(found) > limit else None)

        return await self._database.read(read)


def _users_of(connection: Connection, entries: Sequence[AuditEntry]) -> list[User]:
    named = [user_id for entry in entries for user_id in (entry.act.actor_id, entry.act.subject_id)]
    found = [find_user(connection, user_id) for user_id in dict.fromkeys(named) if user_id is not None]
    return [user for user in found if user is not None]
