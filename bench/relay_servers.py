"""The relays that are compared: the built-in one as the server starts it, and Debian's coturn."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.loopback import HOST
from bench.processes import pin
from bench.turn_lines import TurnCredentials
from cromulent.gateway.udp_and_tcp import bind_datagrams, port_of
from cromulent.relay import READY, Launch, RestCredentials, Seated, as_line
from tests.voice.coturn import running_coturn

STOP_SECONDS = 10
_SECRET = b"the secret of a benchmark"


@dataclass(frozen=True)
class RelayServer:
    """A running one, that lets in whoever has credentials made of `secret`. Pairs are to be of `Pair.number`s."""

    pid: int
    port: int
    secret: RestCredentials

    def pair(self, number: int) -> tuple[TurnCredentials, TurnCredentials]:
        """The credentials of the two users of this pair."""
        left, right = (self._issued(user) for user in users_of_pair(number))
        return left, right

    def _issued(self, user: str) -> TurnCredentials:
        username, _ = self.secret.issue(user, datetime.now(UTC))
        return TurnCredentials(username, self.secret.credential(username))


def users_of_pair(number: int) -> tuple[str, str]:
    """Two users who are in a room by themselves."""
    return f"left {number}", f"right {number}"


@contextmanager
def built_in(folder: Path, cores: frozenset[int], pairs: int) -> Iterator[RelayServer]:
    """The relay's own process, told as the server tells it who is in which room."""
    del folder  # it keeps nothing
    secret = RestCredentials(_SECRET)
    bound = bind_datagrams(0, [HOST])
    numbers = [one.fileno() for one in bound]
    orders = [as_line(Launch(secret=secret.secret, datagrams=numbers, listeners=[]))]
    for pair in range(pairs):
        orders += [as_line(Seated(secret.opaque(user), f"room {pair}")) for user in users_of_pair(pair)]
    command = [sys.executable, "-P", "-m", "cromulent.relay"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=numbers)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(orders))
        process.stdin.flush()
        if process.stdout.readline() != READY:
            raise RuntimeError("the relay did not start")
        pin(process.pid, cores)
        yield RelayServer(process.pid, port_of(bound), secret)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        for one in bound:
            one.close()


@contextmanager
def coturn(folder: Path, cores: frozenset[int], pairs: int) -> Iterator[RelayServer]:
    """coturn as the tests have it: relaying between its own ports on the loopback address."""
    del pairs  # it knows no rooms
    with running_coturn(folder) as server:
        pin(server.pid, cores)
        yield RelayServer(server.pid, server.port, RestCredentials(server.secret.encode()))
