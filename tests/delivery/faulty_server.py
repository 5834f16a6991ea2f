"""The real server with one piece swapped for a faulty one: `faulty_server.py FAULT serve …`. For the tests of the checker only."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import update

from cromulent import bootstrap
from cromulent.cli import main
from cromulent.db import (
    Connection,
    Database,
    LogPage,
    LogRow,
    Unit,
    channel_feed,
    database,
    find_pos,
    oldest_pos,
)
from cromulent.gateway import Hub, catch_up, welcome
from cromulent.kernel.ids import new_id
from cromulent.messages import Message, MessageEdited, service
from cromulent.messages import store as messages_store
from cromulent.messages.rendering import Rendered

T = TypeVar("T")
COMMIT_LATE_SECONDS = 2.0
SKIP_EVERY = 1000
SWAP_EVERY = 25


class _Rehearsed(Exception):
    """Rolls a unit back and carries out what it would have answered."""

    def __init__(self, result: object) -> None:
        self.result = result


class AnswersBeforeCommit(Database):
    """Tells the caller what a unit will answer, and runs it for good some time later."""

    async def write(self, unit: Callable[[Unit], T]) -> T:
        def rehearse(work: Unit) -> T:
            raise _Rehearsed(unit(work))

        try:
            return await super().write(rehearse)
        except _Rehearsed as rehearsed:
            asyncio.get_running_loop().call_later(COMMIT_LATE_SECONDS, self._write_for_good, unit)
            result: Any = rehearsed.result
            return result

    def _write_for_good(self, unit: Callable[[Unit], object]) -> None:
        self._late = asyncio.ensure_future(super().write(unit))


class SkipsOneInAThousand(Hub):
    """Delivers everything but the events whose place in the log is a multiple of `SKIP_EVERY`."""

    def publish(self, rows: Sequence[LogRow]) -> None:
        hidden = [replace(row, feed="nobody") if row.pos % SKIP_EVERY == 0 else row for row in rows]
        super().publish(hidden)


class SwapsTwo(Hub):
    """Now and then delivers an event after the one that follows it in the same feed."""

    _held: LogRow | None = None

    def publish(self, rows: Sequence[LogRow]) -> None:
        for row in rows:
            super().publish(self._shuffled(row))

    def _shuffled(self, row: LogRow) -> list[LogRow]:
        held = self._held
        if held is None and row.type == "message.posted" and row.pos % SWAP_EVERY == 0:
            self._held = row
            return [replace(row, feed="nobody")]
        if held is None or held.feed != row.feed:
            return [row]
        self._held = None
        return [row, replace(held, pos=row.pos)]


def doubles_the_last_on_resume() -> None:
    """A resume starts at the event the client has applied last, not after it."""
    real = welcome.resumable_pos

    def one_too_early(*arguments: Any) -> int | None:
        pos = real(*arguments)
        return None if pos is None else pos - 1

    welcome.resumable_pos = one_too_early


def resumes_from_anything() -> None:
    """A cursor that is unknown or pruned is taken for the oldest event there is."""

    def guess(connection: Connection, _user_id: str, cursor: str, _limits: object) -> int:
        pos = find_pos(connection, cursor)
        return oldest_pos(connection) if pos is None else pos

    welcome.resumable_pos = guess


def replay_ignores_lost_rights() -> None:
    """What was missed is replayed of every channel there is, not only of those the user is still in."""

    real = catch_up.rows_after

    def of_every_channel(connection: Connection, feeds: Collection[str], after_pos: int, limit: int) -> LogPage:
        ids = connection.exec_driver_sql("SELECT id FROM channels").scalars()
        return real(connection, {*feeds, *map(channel_feed, ids)}, after_pos, limit)

    catch_up.rows_after = of_every_channel


def edits_without_rev() -> None:
    """An edit leaves `rev` as it was: a client cannot tell which version is the later one."""

    def edit(unit: Unit, message: Message, text: str, rendered: Rendered) -> Message:
        edited = replace(message, text=text, html=rendered.html, edited_at=unit.now)
        messages_store.update_text(unit.connection, edited, rendered.version)
        unit.record(MessageEdited(edited), channel_feed(message.channel_id))
        return edited

    service._edit = edit


def keeps_nonces_in_memory() -> None:
    """A process knows the nonces it has seen itself, and takes those from before its start for new ones."""
    known: set[str] = set()
    real = messages_store.insert_message

    def insert(connection: Connection, message: Message, request_hash: bytes, renderer_version: int) -> bool:
        if message.nonce not in known:
            table = messages_store.messages
            forgotten = update(table).where(table.c.nonce == message.nonce).values(nonce=new_id())
            connection.execute(forgotten)
        known.add(message.nonce)
        return real(connection, message, request_hash, renderer_version)

    messages_store.insert_message = insert


def _answer_early() -> None:
    database.Database = AnswersBeforeCommit


def _with_hub(hub: type[Hub]) -> Callable[[], None]:
    def swap() -> None:
        bootstrap.Hub = hub

    return swap


FAULTS: dict[str, Callable[[], None]] = {
    "none": lambda: None,
    "answer-before-commit": _answer_early,
    "skip-one-in-a-thousand": _with_hub(SkipsOneInAThousand),
    "swap-two": _with_hub(SwapsTwo),
    "double-on-resume": doubles_the_last_on_resume,
    "resume-from-pruned": resumes_from_anything,
    "replay-ignores-lost-rights": replay_ignores_lost_rights,
    "edit-without-rev": edits_without_rev,
    "nonce-in-memory": keeps_nonces_in_memory,
}

if __name__ == "__main__":
    FAULTS[sys.argv.pop(1)]()
    main()
