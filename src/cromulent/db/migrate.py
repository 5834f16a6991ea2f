"""Bringing a database up to the schema of this version, a copy taken first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

log = structlog.get_logger(__name__)
_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, file: Path | None) -> None:
    """Run the migrations that are missing, all in one transaction. A database in a file that had any before is copied aside first."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == newest:
        engine.dispose()
        return
    if current is not None and file is not None:
        _copy_aside(file, current)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    log.info("database_migrated", before=current, after=newest)


def _copy_aside(path: Path, revision: str) -> None:
    """A consistent copy beside the database, named after the schema it has."""
    target = path.with_name(f"{path.stem}.before-upgrade-from-{revision}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
