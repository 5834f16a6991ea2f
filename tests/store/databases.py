"""The databases a contract is tested on: an SQLite file and a PostgreSQL database, empty but for their schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cromulent.db import Writing, open_database
from cromulent.kernel.clock import SystemClock
from cromulent.kernel.facts import Fact
from tests.store.postgresql_server import TEMPLATE, PostgresqlServer

ENGINES = ("sqlite", "postgresql")
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


@pytest.fixture(params=ENGINES)
def database_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where this test's own database is; the test runs once on each engine."""
    return place_of(request, tmp_path)


def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A new database on the engine the request has as its parameter."""
    if request.param == "sqlite":
        return tmp_path / "cromulent.db"
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.new_database(TEMPLATE)
