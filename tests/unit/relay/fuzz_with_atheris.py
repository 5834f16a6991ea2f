"""Fuzz the relay with atheris, which looks for input that runs code no input has run yet.

`python -m tests.unit.relay.fuzz_with_atheris -max_total_time=600`; other arguments are libFuzzer's too. Not a test and in no lock: it
needs `pip install atheris`. A finding is left as a file, whose bytes `FuzzedRelay().follow` takes.
"""

from __future__ import annotations

import importlib
import logging
import sys


def main() -> None:
    """Fuzz until the time is over, or something is found."""
    logging.disable(logging.CRITICAL)  # aioice tells of what it cannot read
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["cromulent.relay", "aioice.stun"]):
        fuzzed = importlib.import_module("tests.unit.relay.fuzzed_relay")

    def follow(data: bytes) -> None:
        fuzzed.FuzzedRelay().follow(data)

    atheris.Setup(sys.argv, follow)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
