"""Which calls were ended on purpose, so that no old token brings them back: at once in memory, soon on disk."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from cromulent.db import Database, Unit
from cromulent.kernel.errors import Unavailable
from cromulent.voice import store
from cromulent.voice.model import Departure
from cromulent.voice.tokens import Claims

log = structlog.get_logger(__name__)
SMALLEST_STEP = timedelta(microseconds=1)
MAX_REMEMBERED = 10_000


class RevocationLedger(Protocol):
    """Where revocations are kept; `StoredLedger` is the real one."""

    async def find(self, user_id: str, channel_id: str) -> datetime | None:
        """Tokens issued before this instant are void."""
        ...

    async def keep(self, user_id: str, channel_id: str, before: datetime) -> None:
        """Void tokens issued before `before`. Raises `Unavailable` when that cannot be stored."""
        ...


class StoredLedger:
    """The ledger in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, user_id: str, channel_id: str) -> datetime | None:
        """See `RevocationLedger`."""
        return await self._database.read(lambda connection: store.find_revoked_before(connection, user_id, channel_id))

    async def keep(self, user_id: str, channel_id: str, before: datetime) -> None:
        """See `RevocationLedger`."""

        def unit(unit: Unit) -> None:
            store.revoke_before(unit.connection, user_id, channel_id, before)

        await self._database.write(unit)


@dataclass(frozen=True, slots=True)
class _Revocation:
    before: datetime
    reason: Departure


class Revocations:
    """Says which tokens are void. One that could not be written down is void until the next start."""

    def __init__(self, ledger: RevocationLedger) -> None:
        self._ledger = ledger
        self._recent: OrderedDict[tuple[str, str], _Revocation] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()

    async def void_before(self, user_id: str, channel_id: str) -> datetime | None:
        """Tokens of this user and channel issued before this instant are void; None when none are."""
        stored = await self._ledger.find(user_id, channel_id)
        recent = self._recent.get((user_id, channel_id))
        known = [stored, recent.before if recent else None]
        return max((instant for instant in known if instant is not None), default=None)

    async def how_ended(self, claims: Claims) -> Departure | None:
        """How the call of these claims was ended on purpose; None when it was not.

        Only the instant outlives a restart. What is not known any more counts as moved: nobody then rejoins by itself.
        """
        void_before = await self.void_before(claims.user_id, claims.channel_id)
        if void_before is None or claims.issued_at >= void_before:
            return None
        recent = self._recent.get((claims.user_id, claims.channel_id))
        return recent.reason if recent and claims.issued_at < recent.before else Departure.MOVED

    def revoke(self, claims: Claims, reason: Departure) -> Awaitable[None]:
        """Void the token of these claims and all older ones, not younger ones: a late goodbye must not end a newer call.

        It holds when this returns. The answer may be awaited for the commit; it never raises.
        """
        return self._void((claims.user_id, claims.channel_id), claims.issued_at, reason)

    def revoke_all(self, user_id: str, channel_id: str, now: datetime, reason: Departure) -> Awaitable[None]:
        """Void whatever a user could resume a call in a channel with; otherwise as `revoke`."""
        return self._void((user_id, channel_id), now, reason)

    def instant_of_issue(self, now: datetime, void_before: datetime | None, *ended: Claims) -> datetime:
        """When a new token is issued: now, but later than every void or `ended` one, whatever the machine's clock did."""
        after_ended = max((claims.issued_at + SMALLEST_STEP for claims in ended), default=now)
        return max(now, after_ended, void_before or now)

    async def close(self) -> None:
        """Wait until everything is written."""
        await asyncio.gather(*self._writing)

    def _void(self, key: tuple[str, str], issued_at: datetime, reason: Departure) -> Awaitable[None]:
        before = issued_at + SMALLEST_STEP
        recent = self._recent.get(key)
        if recent is None or recent.before <= before:
            self._recent[key] = _Revocation(before, reason)
        self._recent.move_to_end(key)
        if len(self._recent) > MAX_REMEMBERED:
            self._recent.popitem(last=False)
        task = asyncio.ensure_future(self._write(key, before))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
        return asyncio.shield(task)

    async def _write(self, key: tuple[str, str], before: datetime) -> None:
        try:
            await self._ledger.keep(*key, before)
        except Unavailable as error:
            log.warning("voice_revocation_not_stored", user=key[0], channel=key[1], error=str(error))
