"""The databases a contract is tested on: an SQLite file and a PostgreSQL database, empty but for their schema."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cromulent.db import Writing, open_database
from cromulent.kernel.clock import SystemClock
from cromulent.kernel.facts import Fact
from tests.store.database_pool import DatabasePool
from tests.store.postgresql_server import TEMPLATE, PostgresqlServer

ENGINES = ("sqlite", "postgresql")
on_both_engines = pytest.mark.parametrize("database_at", ENGINES, indirect=True)
"""Where a folder's own `database_at` is an SQLite file unless told otherwise."""
on_sqlite = pytest.mark.parametrize("database_at", ["sqlite"], indirect=True)
"""For a test that looks into the file itself."""


def _no_facts(fact: Fact) -> tuple[str, str]:
    raise AssertionError(f"{fact} was recorded by a migration")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A running PostgreSQL that has a migrated database to copy from."""
    server = PostgresqlServer()
    server.make()
    try:
        yield from _furnished(server)
    finally:
        server.close()


def _furnished(server: PostgresqlServer) -> Iterator[PostgresqlServer]:
    server.administer(f"CREATE DATABASE {TEMPLATE}")
    open_database(server.url(TEMPLATE), SystemClock(), Writing(_no_facts))  # a database not started holds no connection
    yield server


@pytest.fixture(scope="session")
def database_pool(postgresql_server: PostgresqlServer) -> DatabasePool:
    """Databases on that PostgreSQL, empty but for their schema."""
    return DatabasePool(postgresql_server, TEMPLATE)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the schema and nothing else, to copy from."""
    path = tmp_path_factory.mktemp("migrated") / "cromulent.db"
    open_database(path, SystemClock(), Writing(_no_facts))
    return path


@pytest.fixture(params=ENGINES)
def database_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where this test's own database is; the test runs once on each engine."""
    return place_of(request, tmp_path)


def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A database for one test on the engine the request has as its parameter; an SQLite file without one."""
    if getattr(request, "param", "sqlite") == "sqlite":
        template: Path = request.getfixturevalue("migrated_file")
        return Path(shutil.copyfile(template, tmp_path / "cromulent.db"))
    pool: DatabasePool = request.getfixturevalue("database_pool")
    url = pool.lend()
    request.addfinalizer(lambda: pool.take_back(url))
    return url
