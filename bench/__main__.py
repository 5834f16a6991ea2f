"""The command line of the benchmarks: `python -m bench`, or `bin/bench`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    call_cost,
    fan_out,
    history,
    idle_memory,
    page,
    posting,
    references,
    relay,
    relay_rooms,
    stalled,
    talking,
    voice_join,
)
from bench.figures import Section
from bench.machine import describe_machine
from bench.native import compile_programs
from bench.processes import allow_many_files, share_cores
from bench.report import page_text, section_text
from bench.sitting import FULL, QUICK, TINY, Scale, Sitting

RESULTS = Path(__file__).with_name("RESULTS.md")
BENCHMARKS: dict[str, Callable[[Sitting], Section]] = {
    "fan-out": fan_out.measure,
    "references": references.measure,
    "stalled": stalled.measure,
    "idle-memory": idle_memory.measure,
    "posting": posting.measure,
    "history": history.measure,
    "page": page.measure,
    "voice-join": voice_join.measure,
    "talking": talking.measure,
    "call-cost": call_cost.measure,
    "relay": relay.measure,
    "relay-rooms": relay_rooms.measure,
}
SCALES: dict[str, Scale] = {"full": FULL, "quick": QUICK, "tiny": TINY}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks named (all without a name), print them, and write the results page after a full sitting."""
    options = _parser().parse_args(arguments)
    names = options.benchmarks or list(BENCHMARKS)
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        programs = compile_programs(Path(folder))
        sitting = Sitting(Path(folder), programs, share_cores(), SCALES[options.scale], disk=options.folder)
        machine = describe_machine(Path(folder))
        sections = [_measured(name, sitting) for name in names]
    if not options.benchmarks and options.scale == "full":
        RESULTS.write_text(page_text(sections, machine, FULL.rounds, datetime.now(UTC)))
        print(f"written: {RESULTS.name}", file=sys.stderr)
    return 0


def _measured(name: str, sitting: Sitting) -> Section:
    print(f"{name} …", file=sys.stderr)
    section = BENCHMARKS[name](sitting)
    print(section_text(section) + "\n", flush=True)
    return section


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("benchmarks", nargs="*", metavar="NAME", help=f"some of {', '.join(BENCHMARKS)} (all)")
    parser.add_argument("--scale", choices=list(SCALES), default="full", help="how much is measured (full)")
    parser.add_argument("--folder", type=Path, help="where the data folders are made; choose a disk, not memory")
    return parser


if __name__ == "__main__":
    sys.exit(main())
