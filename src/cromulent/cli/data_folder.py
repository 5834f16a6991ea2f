"""The data folder: made private, used by one process at a time, and not taken for a new one when its volume is missing."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cromulent.bootstrap import database_path
from cromulent.cli.refusal import Refusal
from cromulent.config import Config

LOCK_NAME = "lock"


class FolderInUse(Refusal):
    """Another process holds the data folder."""


@contextmanager
def locked(folder: Path) -> Generator[Path]:
    """Hold the data folder, made if it is missing, for this process alone. Raises `FolderInUse`, or `Refusal` when it cannot be made."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Refusal(f"The data folder {folder} cannot be used: {error.strerror}.") from None
    try:
        _take(lock, folder)
        yield folder
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode("ascii", "replace").strip()
        who = f" (process {holder})" if holder else ""
        raise FolderInUse(f"The data folder {folder} is in use by another Cromulent{who}.") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


@contextmanager
def throw_away_folder() -> Generator[Path]:
    """A data folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cromulent-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_missing_volume(config: Config) -> None:
    """Raises `Refusal` when an instance is expected in a folder that has none: better no start than an empty one."""
    in_folder = not config.database_url
    if config.instance_id and in_folder and not database_path(config.data_folder).exists():
        raise Refusal(
            f"The data folder {config.data_folder} is empty, but the instance {config.instance_id} is expected in it: "
            "your volume is not mounted."
        )
