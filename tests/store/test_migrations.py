"""Databases of earlier versions, brought up to this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import IntegrityError

from cromulent.db import migrate, open_database
from cromulent.db.unit import Writing
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import encode

FIRST = "0001"


def made_by(revision: str, path: Path) -> None:
    """A database as the version with this revision left it: an instance, one user."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql(
            "INSERT INTO settings VALUES ('registration_mode', '\"closed\"'), ('name', '\"Home\"')"
        )
        connection.exec_driver_sql(
            "INSERT INTO users VALUES ('u1', 'ann', 'ann', NULL, NULL, 'Ann', 'administrator', NULL, 0, NULL)"
        )
    engine.dispose()


@pytest.fixture
def upgraded(tmp_path: Path, clock: FakeClock) -> Connection:
    """The database of the first version, after it was opened by this one."""
    path = tmp_path / "cromulent.db"
    made_by(FIRST, path)
    open_database(path, clock, Writing(encode))
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA foreign_keys=ON"))
    return engine.connect()


def test_what_was_there_is_there_and_a_copy_stands_beside(upgraded: Connection, tmp_path: Path) -> None:
    assert upgraded.exec_driver_sql("SELECT user_name, role FROM users").all() == [("ann", "administrator")]
    assert [path.name for path in tmp_path.glob("*before-upgrade*")] == [f"cromulent.before-upgrade-from-{FIRST}.db"]


def test_an_instance_that_could_take_nobody_takes_people_by_invite(upgraded: Connection) -> None:
    settings = dict(upgraded.exec_driver_sql("SELECT key, value FROM settings").all())
    assert settings == {"registration_mode": '"invite"', "name": '"Home"'}


def test_the_audit_log_of_an_upgraded_database_is_append_only(upgraded: Connection) -> None:
    row = "INSERT INTO audit_entries (happened_at, action, detail) VALUES (0, 'x', '{}')"
    upgraded.exec_driver_sql(row)
    upgraded.exec_driver_sql(row)
    with pytest.raises(IntegrityError, match="append-only"):
        upgraded.exec_driver_sql("DELETE FROM audit_entries WHERE number = 1")
