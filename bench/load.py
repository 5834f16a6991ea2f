"""The two programs in C as objects: the load generator with its receivers and posters, and the bare send loop."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from bench.native import Programs
from bench.processes import pin

Pace = Literal["answered", "delivered"]
Answer = TypeVar("Answer", bound=msgspec.Struct)


class Run(msgspec.Struct, frozen=True):
    """What one run of messages brought. Delays are from the request's sending to the frame's arrival, in milliseconds."""

    seconds: float
    messages: int
    deliveries: int
    gaps: int
    lost: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    busy_seconds: float


class PagesRead(msgspec.Struct, frozen=True):
    """What one run of requests for pages brought."""

    seconds: float
    requests: int
    bytes: int


class Opened(msgspec.Struct, frozen=True):
    """How long it took to open connections."""

    seconds: float


class _CutOff(msgspec.Struct, frozen=True):
    count: int


class _Done(msgspec.Struct, frozen=True):
    pass


@dataclass(frozen=True)
class Place:
    """Where the load goes: a port on the loopback address, a bearer token, a channel."""

    port: int
    token: str
    channel_id: str

    @property
    def messages_path(self) -> str:
        """The route of the channel's messages."""
        return f"/api/v1/channels/{self.channel_id}/messages"


@dataclass(frozen=True)
class Posting:
    """How messages are sent: at most `window` under way; `per_second` = 0 means as fast as the window allows."""

    messages: int
    window: int
    per_second: float = 0
    characters: int = 80
    pace: Pace = "delivered"


class Load:
    """The load generator: a process of its own, pinned away from what is measured. `awake`, it never sleeps while it counts."""

    def __init__(self, programs: Programs, cores: frozenset[int], *, awake: bool) -> None:
        command = [str(programs.load), *(["--awake"] if awake else [])]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.pid = self._process.pid
        pin(self.pid, cores)

    def open_receivers(self, place: Place, count: int) -> Opened:
        """Open and identify `count` more gateway connections."""
        return self._ask(f"receivers {place.port} {place.token} {count}", Opened)

    def open_stalled(self, place: Place, count: int) -> Opened:
        """Open and identify `count` connections that read nothing from then on."""
        return self._ask(f"stalled {place.port} {place.token} {count}", Opened)

    def resume_stalled(self, seconds: float) -> int:
        """Let the stalled read on until all of them find that the server has closed them, or the time is over; how many did."""
        return self._ask(f"resume {seconds}", _CutOff).count

    def open_listeners(self, port: int, count: int) -> None:
        """Open `count` more gateway connections to a server that wants no identification."""
        self._ask(f"listeners {port} {count}", _Done)

    def open_plain(self, port: int, count: int) -> None:
        """Connect `count` plain sockets to a send loop."""
        self._ask(f"plain {port} {count}", _Done)

    def post(self, place: Place, posting: Posting) -> Run:
        """Post, and wait until every message is answered and delivered.

        Raises RuntimeError when one was lost or came out of order, or the server closed a receiver.
        """
        return self._run(
            f"post {place.port} {place.token} {place.messages_path} {posting.messages} {posting.window} "
            f"{posting.per_second} {posting.characters} {posting.pace}"
        )

    def publish(self, port: int, posting: Posting) -> Run:
        """Post frames of `posting.characters` bytes that are passed on as they are, and wait until each has reached every listener."""
        return self._run(
            f"publish {port} /publish {posting.messages} {posting.window} {posting.per_second} {posting.characters}"
        )

    def read_pages(self, place: Place, requests: int, window: int, *, highest_seq: int, step: int) -> PagesRead:
        """Read pages of history all over the channel, at most `window` requests under way."""
        path = f"{place.messages_path}?limit=50&before="
        return self._ask(f"read {place.port} {place.token} {path} {requests} {window} {highest_seq} {step}", PagesRead)

    def save_frame(self, path: Path) -> None:
        """Write the frame of the last message to a file, for the send loop."""
        self._ask(f"frame {path}", _Done)

    def expect(self, messages: int, in_flight: int) -> None:
        """Count bare frames, reporting to the send loop after every `in_flight` messages."""
        self._ask(f"rounds {messages} {in_flight}", _Done)

    def counted(self) -> Run:
        """Wait until all expected bare frames have come."""
        return self._ask("counted", Run)

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _run(self, command: str) -> Run:
        run = self._ask(command, Run)
        if run.gaps or run.lost:
            raise RuntimeError(f"{run.gaps} gaps in seq, {run.lost} connections lost: there is nothing to measure")
        return run

    def _ask(self, command: str, answer: type[Answer]) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            _, cause = self._process.communicate()
            raise RuntimeError(f"the load generator gave up at `{command.split(maxsplit=1)[0]}`: {cause.strip()}")
        return msgspec.json.decode(line, type=answer)


class SendLoop:
    """The yardstick: a process that calls `send()` once a delivery and does nothing else."""

    def __init__(self, programs: Programs, cores: frozenset[int], readers: int, frame: Path) -> None:
        command = [str(programs.send_loop), str(readers), str(frame)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid
        pin(self.pid, cores)
        self.port = int(self._line())

    def wait_for_readers(self) -> None:
        """Return when all readers are connected."""
        self._line()

    def run(self, messages: int, in_flight: int, per_second: float = 0) -> None:
        """Send; returns when the readers have everything."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{messages} {in_flight} {per_second}\n")
        self._process.stdin.flush()
        self._line()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the send loop has ended")
        return line.strip()
