"""Databases of earlier versions, brought up to this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import IntegrityError

from cromulent.db import migrate, open_database
from cromulent.db.unit import Writing
from cromulent.kernel.clock import FakeClock
from tests.store.conftest import encode

FIRST = "0001"


def migrations() -> Config:
    """Where those of this version are."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    return config


def made_by(revision: str, path: Path) -> None:
    """A database as the version with this revision left it: an instance, one user."""
    config = migrations()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.exec_driver_sql(
            "INSERT INTO settings VALUES ('registration_mode', '\"closed\"'), ('name', '\"Home\"')"
        )
        connection.exec_driver_sql("INSERT INTO feeds VALUES ('channel:c1', 7)")
        for channel, kind in (("c1", "text"), ("c2", "text"), ("v1", "voice")):
            row = f"'{channel}', '{kind}', 'x', 'x', '', 0, 'public', true, 'everyone', 0"
            connection.exec_driver_sql(f"INSERT INTO channels VALUES ({row})")
        connection.exec_driver_sql(
            "INSERT INTO users VALUES ('u1', 'ann', 'ann', NULL, NULL, 'Ann', 'administrator', NULL, 0, NULL)"
        )
        connection.exec_driver_sql("INSERT INTO memberships VALUES ('c1', 'u1', 0), ('c2', 'u1', 0), ('v1', 'u1', 0)")
    engine.dispose()


def test_the_revisions_are_those_of_the_files() -> None:
    config = migrations()
    newest_first = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(migrate.REVISIONS) == newest_first[::-1]


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


def test_who_was_there_has_chosen_nothing_and_can(upgraded: Connection) -> None:
    assert upgraded.exec_driver_sql("SELECT * FROM user_settings").all() == []
    upgraded.exec_driver_sql("INSERT INTO user_settings VALUES ('u1', 1, '{}')")
    with pytest.raises(IntegrityError):
        upgraded.exec_driver_sql("INSERT INTO user_settings VALUES ('nobody', 1, '{}')")


def test_what_was_written_before_it_was_kept_counts_as_read(upgraded: Connection) -> None:
    rows = upgraded.exec_driver_sql("SELECT user_id, channel_id, read_seq FROM read_states ORDER BY channel_id").all()
    assert rows == [("u1", "c1", 7), ("u1", "c2", 0)]


def test_a_channel_that_was_there_is_for_as_many_as_any(upgraded: Connection) -> None:
    rows = upgraded.exec_driver_sql("SELECT id, user_limit FROM channels ORDER BY id").all()
    assert rows == [("c1", None), ("c2", None), ("v1", None)]


def test_nobody_is_muted_and_who_is_there_can_be(upgraded: Connection) -> None:
    assert upgraded.exec_driver_sql("SELECT * FROM voice_mutes").all() == []
    upgraded.exec_driver_sql("INSERT INTO voice_mutes VALUES ('v1', 'u1')")
    for row in ("('v1', 'u1')", "('v1', 'nobody')", "('nowhere', 'u1')"):
        with pytest.raises(IntegrityError):
            upgraded.exec_driver_sql(f"INSERT INTO voice_mutes VALUES {row}")


def test_the_audit_log_of_an_upgraded_database_is_append_only(upgraded: Connection) -> None:
    row = "INSERT INTO audit_entries (happened_at, action, detail) VALUES (0, 'x', '{}')"
    upgraded.exec_driver_sql(row)
    upgraded.exec_driver_sql(row)
    with pytest.raises(IntegrityError, match="append-only"):
        upgraded.exec_driver_sql("DELETE FROM audit_entries WHERE number = 1")
