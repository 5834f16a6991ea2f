"""PostgreSQL databases that are lent to one test after another: to empty one takes a tenth of what it takes to make one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from tests.store.postgresql_server import PostgresqlServer

Connection = psycopg.Connection[tuple[Any, ...]]
_TABLES: LiteralString = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SEQUENCES: LiteralString = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
_SHAPE: LiteralString = """
    SELECT 'relation', c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass::name, tgname FROM pg_trigger ORDER BY 1, 2, 3"""
_OTHERS: LiteralString = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class _Content:
    """What a fresh copy of the template is made of and holds."""

    shape: list[tuple[Any, ...]]
    rows: dict[str, list[tuple[Any, ...]]]


class DatabasePool:
    """Copies of the database `template` of a server. What a test has changed the shape of, or left a connection to, is not used again."""

    def __init__(self, server: PostgresqlServer, template: str) -> None:
        self._server = server
        self._template = template
        self._free: list[str] = []
        with _connected(server.url(template)) as connection:
            self._content = _Content(
                _shape_of(connection), {name: _rows_of(connection, name) for name in _tables_of(connection)}
            )

    def lend(self) -> str:
        """The URL of a database that is as the template is."""
        return self._free.pop() if self._free else self._server.new_database(self._template)

    def take_back(self, url: str) -> None:
        """Empty a database for the next test."""
        with _connected(url) as connection:
            if _is_in_use(connection) or _shape_of(connection) != self._content.shape:
                return
            with connection.transaction():
                self._empty(connection)
        self._free.append(url)

    def _empty(self, connection: Connection) -> None:
        connection.execute("SET session_replication_role = replica")  # keys and triggers say nothing
        for name, rows in self._content.rows.items():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for row in rows:
                places = sql.SQL(", ").join(sql.Placeholder() for _ in row)
                connection.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(name), places), row)
        for (name,) in connection.execute(_SEQUENCES).fetchall():
            connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(name)))


def _connected(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, row_factory=tuple_row)


def _tables_of(connection: Connection) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES).fetchall()]


def _rows_of(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()


def _shape_of(connection: Connection) -> list[tuple[Any, ...]]:
    return connection.execute(_SHAPE).fetchall()


def _is_in_use(connection: Connection) -> bool:
    return connection.execute(_OTHERS).fetchone() != (0,)
