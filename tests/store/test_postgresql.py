"""What only a database over a network can suffer: a line that breaks, at the worst moment too, and a second server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from cromulent.db import StorageUnavailable, Unit, Writing, open_database
from cromulent.db import writer as writer_module
from cromulent.db.errors import NotStorable
from cromulent.db.schema import events
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import Storage, encode, in_one_batch, note, stored_events
from tests.store.cutting_proxy import Cut, CuttingProxy
from tests.store.databases import TEMPLATE
from tests.store.postgresql_server import HOST, PostgresqlServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> str:
    """A database of this test's own."""
    return postgresql_server.new_database(TEMPLATE)


@pytest.fixture
def proxy(postgresql_server: PostgresqlServer) -> Iterator[CuttingProxy]:
    """A line that can be cut."""
    made = CuttingProxy((HOST, postgresql_server.port))
    yield made
    made.close()


@pytest.fixture
async def storage(
    url: str, proxy: CuttingProxy, postgresql_server: PostgresqlServer, clock: FakeClock, anyio_backend: str
) -> AsyncIterator[Storage]:
    """A database behind that line."""
    made = Storage(url.replace(str(postgresql_server.port), str(proxy.port)), clock)
    yield made
    await made.database.close()


async def test_a_commit_that_was_done_is_told_though_its_answer_was_lost(
    storage: Storage, proxy: CuttingProxy, url: str
) -> None:
    await storage.database.write(note("before"))
    proxy.cut_at_commit(Cut.BEFORE_ANSWER)
    assert await storage.database.write(note("in doubt")) == 2
    assert (proxy.cuts, stored_events(url)) == (1, 2)
    assert await storage.database.write(note("after")) == 3
    assert [row.pos for row in storage.published] == [1, 2, 3]


async def test_a_commit_that_never_arrived_is_refused_and_leaves_nothing(
    storage: Storage, proxy: CuttingProxy, url: str
) -> None:
    await storage.database.write(note("before"))
    proxy.cut_at_commit(Cut.BEFORE_COMMIT)
    with pytest.raises(StorageUnavailable):
        await storage.database.write(note("lost"))
    assert (proxy.cuts, stored_events(url), len(storage.published)) == (1, 1, 1)
    assert await storage.database.write(note("after")) == 2


async def test_nothing_is_written_before_the_news_of_what_was_in_doubt(
    storage: Storage, proxy: CuttingProxy, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "SETTLE_SECONDS", 0.0)
    await storage.database.write(note("before"))
    proxy.cut_at_commit(Cut.BEFORE_ANSWER, for_good=True)
    for text in ("in doubt", "while nobody can tell"):
        with pytest.raises(StorageUnavailable):
            await storage.database.write(note(text))
    assert (stored_events(url), len(storage.published)) == (2, 1)
    proxy.mend()
    assert await storage.database.write(note("after")) == 3
    assert storage.texts == ['{"text":"before"}', '{"text":"in doubt"}', '{"text":"after"}']


def asks(unit: Unit) -> None:
    """A statement by way of SQLAlchemy."""
    unit.connection.execute(select(events.c.pos)).first()


@pytest.mark.parametrize("following", [asks, note("unheard", "channel:2")], ids=["sqlalchemy", "driver"])
async def test_a_line_that_is_cut_amid_a_batch_fails_what_was_in_it_and_nothing_else(
    storage: Storage,
    postgresql_server: PostgresqlServer,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    following: Callable[[Unit], object],
) -> None:
    def cut(unit: Unit) -> None:
        postgresql_server.cut_connections(url)
        following(unit)

    await storage.database.write(note("before"))
    outcomes = await in_one_batch(storage, monkeypatch, note("lost"), cut, note("after"))
    assert [one if isinstance(one, int) else type(one) for one in outcomes] == [
        StorageUnavailable,
        StorageUnavailable,
        2,
    ]
    assert (stored_events(url), storage.texts) == (2, ['{"text":"before"}', '{"text":"after"}'])


async def test_connections_that_were_cut_are_made_anew(
    storage: Storage, postgresql_server: PostgresqlServer, url: str
) -> None:
    await asyncio.gather(*(storage.database.write(note(f"{number}")) for number in range(3)))
    assert await storage.database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one()) == 1
    postgresql_server.cut_connections(url)
    assert await storage.database.write(note("after")) == 4
    assert await storage.database.read(lambda connection: connection.exec_driver_sql("SELECT 2").scalar_one()) == 2


async def test_a_reader_cannot_write_and_sees_one_moment(storage: Storage, url: str) -> None:
    def counted_twice(connection: Connection) -> tuple[int, int]:
        first = connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()
        future = asyncio.run_coroutine_threadsafe(storage.database.write(note("meanwhile")), loop)
        future.result(timeout=10)
        return first, connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one()

    loop = asyncio.get_running_loop()
    assert await storage.database.read_in_thread(counted_twice) == (0, 0)
    assert stored_events(url) == 1
    with pytest.raises(Exception, match="read-only transaction"):
        await storage.database.read(lambda connection: connection.exec_driver_sql("DELETE FROM events"))


async def test_a_text_it_cannot_take_is_the_callers_mistake(storage: Storage) -> None:
    def find(connection: Connection) -> object:
        return connection.execute(select(events.c.pos).where(events.c.id == "a\0b")).first()

    for asked in (storage.database.read(find), storage.database.write(lambda unit: find(unit.connection))):
        with pytest.raises(NotStorable):
            await asked
    assert await storage.database.write(note("after")) == 1


async def test_a_second_server_is_refused(
    storage: Storage, url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.database.write(note("first"))
    monkeypatch.setattr("cromulent.db.postgresql.LOCK_TIMEOUT", "50ms")
    with pytest.raises(OperationalError, match="lock timeout"):
        open_database(url, clock, Writing(encode))
