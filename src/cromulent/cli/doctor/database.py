"""The database: there, of this version, taking writes; and its clock beside ours."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import ArgumentError, DatabaseError

from cromulent.cli.doctor.findings import Finding, failed, ok, warning
from cromulent.db import DatabaseState, examine_database

RELEASED_AT = "2026-01-01T00:00:00+00:00"
BACKWARDS = timedelta(seconds=60)
APART_WARNING = timedelta(seconds=2)
APART = timedelta(seconds=60)


def database_findings(where: Path | str, now: datetime) -> list[Finding]:
    """The lines on the database (a file or a URL) and on the clock, which it helps to judge."""
    if isinstance(where, Path) and not where.exists():
        return [ok("database", f"There is none at {where} yet: the first start makes it."), clock_finding(None, now)]
    try:
        state = examine_database(where)
    except (DatabaseError, ArgumentError) as error:
        reason = str(error.orig if isinstance(error, DatabaseError) else error).strip().partition("\n")[0]
        return [_unreachable(where, reason), clock_finding(None, now)]
    return [_database(where, state), clock_finding(state, now)]


def _unreachable(where: Path | str, reason: str) -> Finding:
    if isinstance(where, Path):
        return failed("database", f"{where} cannot be used: {reason}.", "Put back a backup, or mend its rights.")
    remedy = "See that the PostgreSQL server runs, lets this machine in, and that CROMULENT_DATABASE_URL names it."
    return failed("database", f"PostgreSQL cannot be used: {reason}.", remedy)


def _database(where: Path | str, state: DatabaseState) -> Finding:
    kind = "SQLite" if isinstance(where, Path) else "PostgreSQL"
    if not state.known:
        found = f"{kind}, with the schema {state.revision} of a newer version."
        return failed("database", found, "Install that version, or put back the backup of before the upgrade.")
    if state.refuses_writes is not None:
        remedy = "Make its disk and its rights writable for the user the server runs as."
        return failed("database", f"{kind} does not take writes: {state.refuses_writes}.", remedy)
    if state.revision is None:
        return ok("database", f"{kind}, empty: the first start makes the tables.")
    if state.revision != state.newest:
        found = f"{kind}, with the schema {state.revision} of an older version; this one has {state.newest}."
        return warning("database", found, "The next start upgrades it; take a backup before.")
    return ok("database", f"{kind}, schema {state.revision}, takes writes.")


def clock_finding(state: DatabaseState | None, now: datetime) -> Finding:
    """Whether the clock can be right: later than the software and than all that is stored, and as the database's."""
    remedy = "Set it, and keep it right (NTP): logins, links and relay credentials end by it."
    if now < datetime.fromisoformat(RELEASED_AT):
        return failed("clock", f"It says {now:%Y-%m-%d %H:%M} UTC, which is before this version was made.", remedy)
    newest = state and state.newest_event_at
    if newest and newest > now + BACKWARDS:
        return failed(
            "clock", f"It says {now:%Y-%m-%d %H:%M} UTC; things are stored of {newest:%Y-%m-%d %H:%M}.", remedy
        )
    if state is None or state.now is None:
        return ok("clock", f"It says {now:%Y-%m-%d %H:%M:%S} UTC.")
    apart = abs(state.now - now)
    found = f"It says {now:%Y-%m-%d %H:%M:%S} UTC; the database's differs by {apart.total_seconds():.1f} s."
    if apart > APART:
        return failed("clock", found, remedy)
    return warning("clock", found, remedy) if apart > APART_WARNING else ok("clock", found)
