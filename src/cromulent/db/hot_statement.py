"""Statements of the hot path: compiled once, then given to the driver as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import UpdateBase

Values = Mapping[str, object]
_Prepared = tuple[str, Callable[[Values], Any]]


class HotStatement:
    """A statement of SQLAlchemy that is run without it: measured, a quarter of the time for a row by its key.

    Values go in and come out as the driver has them: whoever uses it translates booleans and instants (`microseconds_of`) by
    hand and gives a value for every parameter. What the driver refuses becomes the error SQLAlchemy has for it. It must not be tried
    again: a full disk ends the transaction, and the second try would be stored on its own, outside the unit.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | UpdateBase, names: Sequence[str] | None = None) -> None:
        """`names` are the columns an INSERT is given."""
        self._statement = statement
        self._names = names
        self._prepared: dict[str, _Prepared] = {}

    def find_one(self, connection: Connection, values: Values) -> Sequence[Any] | None:
        """The first row, or None."""
        cursor = self._execute(connection, values)
        row = cursor.fetchone()
        cursor.close()
        return row

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows were changed."""
        cursor = self._execute(connection, values)
        changed = cursor.rowcount
        cursor.close()
        return changed

    def run_each(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it for each of these."""
        text, arrange = self._prepared.get(connection.dialect.name) or self._prepare(connection)
        give_to_driver(connection, text, list(map(arrange, rows)), many=True).close()

    def _execute(self, connection: Connection, values: Values) -> DBAPICursor:
        text, arrange = self._prepared.get(connection.dialect.name) or self._prepare(connection)
        return give_to_driver(connection, text, arrange(values))

    def _prepare(self, connection: Connection) -> _Prepared:
        compiled = self._statement.compile(dialect=connection.dialect, column_keys=self._names)
        assert isinstance(compiled, SQLCompiler)
        prepared = compiled.string, _arranging(compiled.positiontup, tuple(compiled.binds))
        return self._prepared.setdefault(connection.dialect.name, prepared)


def give_to_driver(connection: Connection, text: str, parameters: Any = (), *, many: bool = False) -> DBAPICursor:
    """Run a text as it is. What the driver refuses becomes the error SQLAlchemy has for it."""
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, parameters)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise _known(error, text, connection) from error
    return cursor


def _known(error: Exception, text: str, connection: Connection) -> BaseException:
    """The driver's error as SQLAlchemy would have raised it, without the values."""
    base = connection.dialect.loaded_dbapi.Error
    return cast(
        "BaseException",
        DBAPIError.instance(text, None, error, base, hide_parameters=True, dialect=connection.dialect),
    )


def _arranging(order: Sequence[str] | None, names: Sequence[str]) -> Callable[[Values], Any]:
    """What makes of named values what the driver wants: a tuple in this order, or these names with their values."""
    if order is None:
        return lambda values: {name: values[name] for name in names}
    if not order:
        return lambda values: ()
    if len(order) == 1:
        return lambda values: (values[order[0]],)
    return itemgetter(*order)
