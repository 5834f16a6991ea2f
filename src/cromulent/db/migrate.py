"""Bringing a database up to the schema of this version, a copy taken first.

Alembic is loaded where there is something to do only: most starts find the schema they left, and it would be a tenth of their time.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, inspect

from cromulent.db.errors import UnknownSchema

log = structlog.get_logger(__name__)

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""The migrations of this version, oldest first: the names of the files in `migrations/versions`."""
NEWEST_REVISION = REVISIONS[-1]


def upgrade(engine: Engine, file: Path | None) -> None:
    """Run the migrations that are missing, all in one transaction. A database in a file that had any before is copied aside first.

    Raises `UnknownSchema` for a database that this version has no migrations for.
    """
    with engine.connect() as connection:
        current = revision_of(connection)
    if current is not None and current not in REVISIONS:
        raise UnknownSchema(current)
    if current != NEWEST_REVISION:
        _migrate(engine, current, file)
    engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The newest migration that was run on a database, None where none ever was."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _migrate(engine: Engine, current: str | None, file: Path | None) -> None:
    from alembic import command
    from alembic.config import Config

    if current is not None and file is not None:
        _copy_aside(file, current)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    log.info("database_migrated", before=current, after=NEWEST_REVISION)


def _copy_aside(path: Path, revision: str) -> None:
    """A consistent copy beside the database, named after the schema it has."""
    target = path.with_name(f"{path.stem}.before-upgrade-from-{revision}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
