"""What the server and its relay's process tell each other: JSON lines through pipes that nobody else can read."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cromulent.relay.counts import RelayCounts


@dataclass(frozen=True, slots=True)
class RelayTls:
    """Paths of PEM files."""

    certificate: str
    key: str


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: the secret of the credentials, inherited sockets by number, and the certificate where there is one."""

    secret: bytes
    datagrams: list[int]
    listeners: list[int]
    tls: RelayTls | None = None


class Seated(msgspec.Struct, frozen=True, tag="seated"):
    """An opaque user is in this room now, or in none."""

    user: str
    room: str | None


class Question(msgspec.Struct, frozen=True, tag="question"):
    """Whether the relay lives, and what it has done: to be answered at once, by a `Report`."""


Order = Seated | Question
"""Every line but the first."""


class Report(msgspec.Struct, frozen=True):
    """What the relay answers: how many allocations there are now, and what has happened since its start."""

    allocations: int
    counts: RelayCounts


READY = b"ready\n"
"""What the relay says once it answers; after that it only reports."""

_orders = msgspec.json.Decoder(Order)


def as_line(said: Launch | Order | Report) -> bytes:
    """What is said, as it goes through the pipe."""
    return msgspec.json.encode(said) + b"\n"


def read_launch(line: bytes) -> Launch:
    """The first line."""
    return msgspec.json.decode(line, type=Launch)


def read_order(line: bytes) -> Order:
    """Every other line to the relay."""
    return _orders.decode(line)


def read_report(line: bytes) -> Report:
    """Every line from the relay but the first."""
    return msgspec.json.decode(line, type=Report)
