"""The programs in C: the load generators and the yardstick, compiled for each sitting."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_PROGRAMS = {
    "load": ("load.c", "receivers.c", "posters.c"),
    "send_loop": ("send_loop.c",),
    "relay_load": ("relay_load.c",),
}


@dataclass(frozen=True)
class Programs:
    """Paths of the compiled programs."""

    load: Path
    send_loop: Path
    relay_load: Path


def compile_programs(folder: Path) -> Programs:
    """Compile everything into `folder`. Raises RuntimeError where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise RuntimeError("The benchmarks need a C compiler: install gcc (and the headers of the C library).")
    for name, sources in _PROGRAMS.items():
        paths = [str(_HERE / source) for source in sources]
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(folder / name), *paths], check=True)
    return Programs(folder / "load", folder / "send_loop", folder / "relay_load")
