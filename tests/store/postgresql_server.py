"""A real PostgreSQL of the tests' own, and the benchmarks', on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

START_SECONDS = 20.0
PROBE_SECONDS = 0.05
HOST = "127.0.0.1"
SUPERUSER = "cromulent"
TEMPLATE = "furnished"
THROWN_AWAY = (
    "fsync=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "checkpoint_timeout=1h",
)
"""For hundreds of small databases nobody keeps: without it half of the work is looking after them."""


def program(name: str) -> Path:
    """One of PostgreSQL's programs, which Debian keeps out of the PATH. Raises RuntimeError when it is not installed."""
    found = shutil.which(name) or next(
        iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise RuntimeError(f"PostgreSQL's `{name}` is not installed: apt-get install postgresql")
    return Path(found)


class PostgresqlServer:
    """One server with a data folder of its own. PostgreSQL does not run as root: there it runs as the user its package made.

    Nothing is synced to the disk unless it shall be `durable`. What it keeps is in a new folder inside `within`, by default the system's
    for temporary files.
    """

    def __init__(self, *, durable: bool = False, within: Path | None = None) -> None:
        self._durable = durable
        self._folder = Path(tempfile.mkdtemp(prefix="cromulent-postgresql-", dir=within))
        self._user = "postgres" if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]

    @property
    def pid(self) -> int:
        """The process all its others come from."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str) -> str:
        """Where a database is, for `CROMULENT_DATABASE_URL`."""
        return f"postgresql://{SUPERUSER}@{HOST}:{self.port}/{database}"

    def make(self) -> None:
        """Make the data folder and start."""
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        data = ["-D", str(self._folder / "data")]
        options = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(
            [program("initdb"), *data, *options], user=self._user, group=self._user, check=True, capture_output=True
        )
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        log = (self._folder / "log").open("ab")
        settings = [f"listen_addresses={HOST}", f"unix_socket_directories={self._folder}"]
        if not self._durable:
            settings.extend(THROWN_AWAY)
        options = [argument for setting in settings for argument in ("-c", setting)]
        self._process = subprocess.Popen(
            [program("postgres"), "-D", self._folder / "data", "-p", str(self.port), *options],
            user=self._user,
            group=self._user,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError:
                if time.monotonic() >= deadline or self._process.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text(errors="replace")) from None
                time.sleep(PROBE_SECONDS)
            else:
                return

    def kill(self) -> None:
        """End it as a crash does: no word to anybody, nothing finished."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End it and remove what it kept, which it need not put in order before."""
        self._end(signal.SIGQUIT)
        subprocess.run(["rm", "-rf", self._folder], check=True)  # some 100,000 files: several times as fast as rmtree

    def administer(self, statement: str) -> None:
        """Run a statement as the superuser, outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template1") -> str:
        """The URL of a new database, a copy of `template`."""
        self._made += 1
        name = f"test_{self._made}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def cut_connections(self, url: str) -> None:
        """Break every connection to a database, as a network that goes away does."""
        name = url.rpartition("/")[2]
        self.administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None
