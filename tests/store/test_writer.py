"""What a unit may count on: one order, all or nothing, told only after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from cromulent.db import Unit, head_seqs
from cromulent.db.errors import SeqNotDense
from cromulent.db.schema import events, feeds
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotFound
from cromulent.kernel.facts import Fact
from tests.store.conftest import Noted, Storage, in_one_batch, note, stored_events

pytestmark = pytest.mark.anyio


async def test_seq_is_dense_inside_each_feed_and_pos_over_all(storage: Storage) -> None:
    units = [note(f"{number}", f"channel:{number % 3}") for number in range(300)]
    await asyncio.gather(*(storage.database.write(unit) for unit in units))
    rows = storage.published
    assert [row.pos for row in rows] == list(range(1, 301))
    for feed in ("channel:0", "channel:1", "channel:2"):
        assert [row.seq for row in rows if row.feed == feed] == list(range(1, 101))


async def test_what_is_published_is_what_is_stored(storage: Storage) -> None:
    await asyncio.gather(*(storage.database.write(note(f"{number}")) for number in range(100)))
    stored = await storage.database.read(
        lambda connection: connection.execute(select(events.c.pos, events.c.id).order_by(events.c.pos)).all()
    )
    assert [tuple(row) for row in stored] == [(row.pos, row.id) for row in storage.published]


async def test_a_failed_unit_leaves_nothing_and_harms_no_neighbour(storage: Storage) -> None:
    def refused(unit: Unit) -> None:
        unit.record(Noted("half done"), "channel:1")
        raise NotFound

    outcomes = await asyncio.gather(
        storage.database.write(note("before")),
        storage.database.write(refused),
        storage.database.write(note("after")),
        return_exceptions=True,
    )
    assert [outcome if isinstance(outcome, int) else type(outcome) for outcome in outcomes] == [1, NotFound, 2]
    assert storage.texts == ['{"text":"before"}', '{"text":"after"}']


async def test_a_fact_that_cannot_be_encoded_fails_its_unit_only(storage: Storage) -> None:
    with pytest.raises(ValueError, match="cannot be said"):
        await storage.database.write(note("unspeakable"))
    assert await storage.database.write(note("fine")) == 1


async def test_a_broken_constraint_fails_its_unit_only(storage: Storage) -> None:
    def breaks(unit: Unit) -> None:
        unit.connection.execute(insert(feeds).values(feed="twice", head_seq=1))
        unit.connection.execute(insert(feeds).values(feed="twice", head_seq=1))

    outcomes = await asyncio.gather(
        storage.database.write(breaks), storage.database.write(note("fine")), return_exceptions=True
    )
    assert isinstance(outcomes[0], Exception)
    assert outcomes[1] == 1


def gap(unit: Unit) -> None:
    unit.reserve_seq("channel:1")


def gap_before(unit: Unit) -> None:
    unit.reserve_seq("channel:1")
    unit.record(Noted("the second"), "channel:1")


def gap_behind(unit: Unit) -> None:
    unit.record(Noted("the first"), "channel:1")
    unit.reserve_seq("channel:1")


def gap_elsewhere(unit: Unit) -> None:
    unit.record(Noted("in another feed"), "channel:2", seq=unit.reserve_seq("channel:1"))


def twice(unit: Unit) -> None:
    seq = unit.reserve_seq("channel:1")
    unit.record(Noted("one"), "channel:1", seq=seq)
    unit.record(Noted("two"), "channel:1", seq=seq)


def disorder(unit: Unit) -> None:
    seq = unit.reserve_seq("channel:1")
    unit.record(Noted("the second"), "channel:1")
    unit.record(Noted("the first"), "channel:1", seq=seq)


def not_reserved(unit: Unit) -> None:
    unit.record(Noted("made up"), "channel:1", seq=unit.head_seq("channel:1") + 1)


@pytest.mark.parametrize("wrong", [gap, gap_before, gap_behind, gap_elsewhere, twice, disorder, not_reserved])
async def test_a_unit_whose_seqs_are_not_one_after_the_other_fails_alone(
    storage: Storage, wrong: Callable[[Unit], None]
) -> None:
    outcomes = await asyncio.gather(
        storage.database.write(note("before")),
        storage.database.write(wrong),
        storage.database.write(note("after")),
        return_exceptions=True,
    )
    assert [outcome if isinstance(outcome, int) else type(outcome) for outcome in outcomes] == [1, SeqNotDense, 2]
    assert [(row.feed, row.seq) for row in storage.published] == [("channel:1", 1), ("channel:1", 2)]


async def test_a_unit_may_reserve_in_several_feeds_and_record_in_any_order_of_feeds(storage: Storage) -> None:
    def several(unit: Unit) -> None:
        one, two = unit.reserve_seq("channel:1"), unit.reserve_seq("channel:2")
        unit.record(Noted("b"), "channel:2", seq=two)
        unit.record(Noted("a"), "channel:1", seq=one)
        unit.record(Noted("c"), "channel:1")

    await asyncio.gather(storage.database.write(note("first")), storage.database.write(several))
    assert [(row.feed, row.seq) for row in storage.published] == [
        ("channel:1", 1),
        ("channel:2", 1),
        ("channel:1", 2),
        ("channel:1", 3),
    ]


async def test_the_answer_comes_after_publishing_and_publishing_after_the_commit(storage: Storage) -> None:
    order: list[str] = []

    def publish(rows: object) -> None:
        order.append(f"published, {stored_events(storage.where)} stored")

    storage.database.writer.publish = publish
    storage.database.writer.after_commit = lambda facts: order.append(f"{len(facts)} facts")
    await storage.database.write(note("one"))
    order.append("answered")
    await asyncio.sleep(0)
    assert order[0] == "published, 1 stored"
    assert sorted(order[1:]) == ["1 facts", "answered"]


async def test_what_was_queued_is_committed_before_the_end(database_at: Path | str, clock: FakeClock) -> None:
    storage = Storage(database_at, clock)
    answers = [asyncio.ensure_future(storage.database.write(note(f"{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    await storage.database.close()
    assert [await answer for answer in answers] == list(range(1, 51))


def erase(seq: int, left: str = "erased") -> Callable[[Unit], None]:
    """A unit that erases the note of a seq."""
    return lambda unit: unit.erase(Noted(left), "channel:1", seq=seq)


async def logged(storage: Storage) -> list[tuple[int, str]]:
    """Position and payload of every event in the log."""
    return await storage.database.read(
        lambda connection: [
            (pos, payload)
            for pos, payload in connection.execute(select(events.c.pos, events.c.payload).order_by(events.c.pos))
        ]
    )


async def test_an_erased_event_keeps_its_row_and_nothing_of_its_payload(storage: Storage) -> None:
    await storage.database.write(note("secret"))
    await storage.database.write(note("secret", "channel:2"))
    await storage.database.write(erase(1))
    await storage.database.write(erase(7))
    assert await logged(storage) == [(1, '{"text":"erased"}'), (2, '{"text":"secret"}')]
    assert len(storage.published) == 2


async def test_what_is_erased_in_the_batch_it_was_written_in_is_never_logged_or_told(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = await in_one_batch(storage, monkeypatch, note("secret"), erase(1, "first"), note("open"), erase(1))
    assert outcomes == [1, None, 2, None]
    assert await logged(storage) == [(1, '{"text":"erased"}'), (2, '{"text":"open"}')]
    assert "secret" not in "".join(row.payload for row in storage.published)


async def test_a_failed_unit_erases_nothing(storage: Storage) -> None:
    def refused(unit: Unit) -> None:
        erase(1)(unit)
        raise NotFound

    await storage.database.write(note("open"))
    with pytest.raises(NotFound):
        await storage.database.write(refused)
    assert await logged(storage) == [(1, '{"text":"open"}')]


def refused_late(unit: Unit) -> None:
    """Fails by itself, having written and recorded something, in a feed the others use too."""
    unit.connection.execute(insert(feeds).values(feed="half done", head_seq=1))
    unit.record(Noted("half done"), "channel:1")
    unit.erase(Noted("half done"), "channel:1", seq=1)
    raise NotFound


def breaks_a_constraint(unit: Unit) -> None:
    """Fails in the database, which then takes nothing more of what it knows as this transaction."""
    unit.record(Noted("half done"), "channel:1")
    for _ in range(2):
        unit.connection.execute(insert(feeds).values(feed="half done", head_seq=1))


@pytest.mark.parametrize(("wrong", "told"), [(refused_late, NotFound), (breaks_a_constraint, IntegrityError)])
async def test_units_that_fail_amid_a_batch_fail_alone_and_the_others_are_told_once(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Unit], None], told: type[Exception]
) -> None:
    facts: list[Fact] = []
    storage.database.writer.after_commit = facts.extend
    units = (note("a"), note("b", "channel:2"), wrong, note("c"), wrong, note("d", "channel:2"))
    outcomes = await in_one_batch(storage, monkeypatch, *units)
    assert [one if isinstance(one, int) else type(one) for one in outcomes] == [1, 1, told, 2, told, 2]
    assert facts == [Noted("a"), Noted("b"), Noted("c"), Noted("d")]
    assert [(row.pos, row.feed, row.seq) for row in storage.published] == [
        (1, "channel:1", 1),
        (2, "channel:2", 1),
        (3, "channel:1", 2),
        (4, "channel:2", 2),
    ]
    assert await logged(storage) == [(row.pos, row.payload) for row in storage.published]
    heads = await storage.database.read(
        lambda connection: head_seqs(connection, ["channel:1", "channel:2", "half done"])
    )
    assert heads == {"channel:1": 2, "channel:2": 2, "half done": 0}
    assert await storage.database.write(note("e")) == 3
