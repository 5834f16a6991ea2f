"""The built-in relay seen from the server: its ports, the process that serves them, and what that process is told.

The server holds the sockets and the process inherits them: a relay that dies loses its allocations, not its ports.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from cromulent.gateway.relay_totals import RelayTotals
from cromulent.gateway.udp_and_tcp import EVERYWHERE, bind_datagrams, bind_listeners, port_of
from cromulent.kernel.metrics import Metric
from cromulent.relay import READY, Launch, Question, RelayTls, RestCredentials, Seated, as_line, read_report

log = structlog.get_logger(__name__)
COMMAND = (sys.executable, "-P", "-m", "cromulent.relay")
FIRST_RETRY_SECONDS = 0.25
LONGEST_RETRY_SECONDS = 30.0
STARTING_SECONDS = 30.0
ENDING_SECONDS = 2.0
BIND_TRIES = 20
BIND_RETRY_SECONDS = 0.1
MAX_UNREAD_BYTES = 4 * 1024 * 1024
"""A relay that has not read so much of what it was told does not live, whatever the system says."""


@dataclass(frozen=True, slots=True)
class Patience:
    """A relay is asked every so many seconds whether it lives, and killed when it has left so many questions in a row unanswered."""

    ask_every_seconds: float = 2.0
    unanswered: int = 3


Bind = Callable[[int, Sequence[str]], list[socket.socket]]


@dataclass(frozen=True, slots=True)
class RelayPorts:
    """Bound sockets, all on port `number`; without `listeners` there is no TCP."""

    number: int
    datagrams: list[socket.socket]
    listeners: list[socket.socket]

    def close(self) -> None:
        """Let go of them."""
        for one in (*self.datagrams, *self.listeners):
            one.close()


async def open_relay_ports(port: int, addresses: tuple[str, ...] = EVERYWHERE) -> RelayPorts | None:
    """Take the relay's port (0: any that is free) for UDP and TCP.

    What is taken is a warning in the log: without UDP None, without TCP UDP alone.
    """
    if not port and (any_port := _open_any_port(addresses)):
        return any_port
    try:
        datagrams = await _patiently(bind_datagrams, port, addresses)
    except OSError as error:
        log.warning("relay_port_not_opened", port=port, transport="udp", reason=error.strerror or str(error))
        return None
    number = port_of(datagrams)
    try:
        listeners = await _patiently(bind_listeners, number, addresses)
    except OSError as error:
        log.warning("relay_port_not_opened", port=number, transport="tcp", reason=error.strerror or str(error))
        listeners = []
    return RelayPorts(number, datagrams, listeners)


def _open_any_port(addresses: tuple[str, ...]) -> RelayPorts | None:
    """A number that is free for UDP may be taken for TCP: look for one that is free for both."""
    for _ in range(BIND_TRIES):
        datagrams: list[socket.socket] = []
        with suppress(OSError):
            datagrams = bind_datagrams(0, addresses)
            return RelayPorts(port_of(datagrams), datagrams, bind_listeners(port_of(datagrams), addresses))
        for one in datagrams:
            one.close()
    return None


async def _patiently(bind: Bind, port: int, addresses: tuple[str, ...]) -> list[socket.socket]:
    """Bind, trying again for a while: the relay of a server that was killed a moment ago may not have noticed yet."""
    for _ in range(BIND_TRIES - 1):
        try:
            return bind(port, addresses)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            await asyncio.sleep(BIND_RETRY_SECONDS)
    return bind(port, addresses)


class RelayProcess:
    """Keeps one relay running: started anew when it dies or hangs, and told again who is in which room."""

    def __init__(
        self,
        ports: RelayPorts,
        credentials: RestCredentials,
        tls: RelayTls | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.ports = ports
        self.tls = tls if ports.listeners else None
        self.ready = asyncio.Event()
        """Set while a relay is answering."""
        self.credentials = credentials
        self._patience = patience or Patience()
        self._totals = RelayTotals()
        self._rooms: dict[str, str] = {}
        self._process: Process | None = None
        self._work = asyncio.create_task(self._keep_running())

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    def seat(self, user_id: str, channel_id: str | None) -> None:
        """A user is now in this room, or in none. Never waits."""
        user = self.credentials.opaque(user_id)
        if channel_id is None:
            self._rooms.pop(user, None)
        else:
            self._rooms[user] = channel_id
        self._tell(Seated(user, channel_id))

    def metrics(self) -> list[Metric]:
        """What the relay has done; it may be as old as the last question."""
        return self._totals.metrics(up=self.ready.is_set())

    async def close(self) -> None:
        """End the relay and let go of its ports."""
        self._work.cancel()
        with suppress(asyncio.CancelledError):
            await self._work
        self.ports.close()

    async def _keep_running(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                await self._start()
                log.info("relay_started", port=self.ports.number)
                wait = FIRST_RETRY_SECONDS
                await self._watch()
            except (OSError, TimeoutError) as error:
                log.error("relay_not_started", reason=str(error) or type(error).__name__)
            finally:
                await self._end()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_RETRY_SECONDS)

    async def _start(self) -> None:
        """Raises OSError or TimeoutError when it does not come up."""
        inherited = [one.fileno() for one in (*self.ports.datagrams, *self.ports.listeners)]
        self._process = process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=PIPE, stdout=PIPE, pass_fds=inherited, env=_environment(), start_new_session=True
        )
        launch = Launch(
            secret=self.credentials.secret,
            datagrams=[one.fileno() for one in self.ports.datagrams],
            listeners=[one.fileno() for one in self.ports.listeners],
            tls=self.tls,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(as_line(launch))
        for user, room in self._rooms.items():
            process.stdin.write(as_line(Seated(user, room)))
        async with asyncio.timeout(STARTING_SECONDS):
            if await process.stdout.readline() != READY:
                raise OSError("it ended before it was ready")
        self._totals.began()
        self.ready.set()

    async def _watch(self) -> None:
        """Return when the relay is dead, or lives and does nothing."""
        process, silent = self._process, 0
        assert process is not None
        died = asyncio.create_task(process.wait())
        listening = asyncio.create_task(self._listen(process))
        try:
            while silent < self._patience.unanswered:
                heard = self._totals.reports
                self._tell(Question())
                await asyncio.wait([died], timeout=self._patience.ask_every_seconds)
                if died.done():
                    log.warning("relay_died", code=died.result())
                    return
                # If our own loop stood still that counts once: the next question leaves the relay time again.
                silent = silent + 1 if self._totals.reports == heard else 0
            log.warning("relay_hung", silent_seconds=silent * self._patience.ask_every_seconds)
            process.kill()
        finally:
            died.cancel()
            listening.cancel()

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self._totals.heard(read_report(line))

    async def _end(self) -> None:
        """End the process, if there is one: its input ends, and that is its end; else it is killed."""
        self.ready.clear()
        self._totals.ended()
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(ENDING_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    def _tell(self, order: Seated | Question) -> None:
        if self._process is None or self._process.stdin is None or self._process.returncode is not None:
            return  # the next one is told everything
        pipe = self._process.stdin
        if pipe.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self._process.kill()
        elif not pipe.is_closing():
            pipe.write(as_line(order))


def _environment() -> dict[str, str]:
    """Ours without our settings: a relay has no use for secrets of others."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CROMULENT_")}
