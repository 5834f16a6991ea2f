"""A database that another test has used is as good as new, or it is not used again."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from tests.store.database_pool import DatabasePool
from tests.store.postgresql_server import TEMPLATE, PostgresqlServer

NUMBERED: LiteralString = "SELECT nextval('audit_entries_number_seq')"
STATE: LiteralString = "SELECT (SELECT pos FROM log_head), (SELECT version_num FROM alembic_version)"


def test_a_used_database_is_as_it_was_and_lent_again(postgresql_server: PostgresqlServer) -> None:
    pool = DatabasePool(postgresql_server, TEMPLATE)
    url = pool.lend()
    with psycopg.connect(url, autocommit=True) as connection:
        before = connection.execute(STATE).fetchone()
        first = connection.execute(NUMBERED).fetchone()
        connection.execute("UPDATE log_head SET pos = 7")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    pool.take_back(url)
    assert pool.lend() == url
    with psycopg.connect(url) as connection:
        assert connection.execute(STATE).fetchone() == before
        assert connection.execute(NUMBERED).fetchone() == first


def test_one_with_another_schema_is_not_lent_again(postgresql_server: PostgresqlServer) -> None:
    pool = DatabasePool(postgresql_server, TEMPLATE)
    url = pool.lend()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE users ADD COLUMN surname text")
    pool.take_back(url)
    assert pool.lend() != url


def test_one_that_somebody_is_still_in_is_not_lent_again(postgresql_server: PostgresqlServer) -> None:
    pool = DatabasePool(postgresql_server, TEMPLATE)
    url = pool.lend()
    with psycopg.connect(url):
        pool.take_back(url)
    assert pool.lend() != url
