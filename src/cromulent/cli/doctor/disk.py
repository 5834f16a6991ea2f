"""The disk the data folder is on: room on it, and that it takes a file."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from cromulent.cli.doctor.findings import Finding, failed, ok, warning

TOO_LITTLE_BYTES = 100 * 1024**2
LITTLE_BYTES = 1024**3
_WRITTEN_BYTES = 64 * 1024


def disk_finding(folder: Path, free_bytes: int | None = None) -> Finding:
    """Whether there is room and the folder can be written to. `free_bytes` replaces what the disk says, for tests."""
    place = next((path for path in (folder, *folder.parents) if path.is_dir()), Path("/"))
    if place != folder and folder.exists():
        return failed("disk", f"The data folder {folder} is no folder.", "Name another with --data.")
    try:
        free = shutil.disk_usage(place).free if free_bytes is None else free_bytes
        _write_a_file(place)
    except OSError as error:
        found = f"The data folder {folder} takes no file: {error.strerror}."
        return failed("disk", found, "Make room on its disk, mount it writable, or mend its rights.")
    found = f"{free / 1024**3:.1f} GB free where the data folder is."
    if free < TOO_LITTLE_BYTES:
        return failed("disk", found, "Make room: soon nothing can be stored.")
    return warning("disk", found, "Make room before it is full.") if free < LITTLE_BYTES else ok("disk", found)


def _write_a_file(folder: Path) -> None:
    """Raises OSError. It is on the disk, not only in memory, before it is removed."""
    path = folder / f".doctor-{secrets.token_hex(8)}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(bytes(_WRITTEN_BYTES))
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
        path.unlink()
