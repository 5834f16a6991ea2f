"""How a command reaches the running server: an owner-only Unix socket in the data folder, one JSON line each way."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from cromulent.accounts import checked_account
from cromulent.bootstrap import Instance
from cromulent.cli.banner import site_of
from cromulent.cli.doctor.findings import Finding
from cromulent.cli.refusal import Refusal
from cromulent.kernel.clock import SystemClock
from cromulent.kernel.errors import DomainError

log = structlog.get_logger(__name__)
SOCKET_NAME = "admin.sock"
MAX_LINE_BYTES = 64 * 1024
PATIENCE_SECONDS = 10.0


class CreateAdministrator(msgspec.Struct, frozen=True, tag_field="do", tag="create_administrator"):
    """Make an administrator."""

    user_name: str
    password: str
    email: str | None = None


class MakeResetLink(msgspec.Struct, frozen=True, tag_field="do", tag="make_reset_link"):
    """Make a link by which a user sets another password."""

    user_name: str


class Examine(msgspec.Struct, frozen=True, tag_field="do", tag="examine"):
    """Look whether all works (`cromulent doctor`)."""


Order = CreateAdministrator | MakeResetLink | Examine


class Done(msgspec.Struct, frozen=True, tag_field="is", tag="done"):
    """It is done; `text` says what."""

    text: str


class Examined(msgspec.Struct, frozen=True, tag_field="is", tag="examined"):
    """What was found by the server at `url`."""

    url: str
    findings: list[Finding]


class Refused(msgspec.Struct, frozen=True, tag_field="is", tag="refused"):
    """It cannot be done, and why."""

    code: str
    message: str


Answer = Done | Examined | Refused


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where orders are carried out: the instance, the URL its links are made with, the port it listens on (None: on none)."""

    instance: Instance
    url: str
    port: int | None = None


async def carry_out(place: Workplace, order: Order) -> Answer:
    """Do what a command asks for; what is wrong with it is an answer, not an error."""
    try:
        match order:
            case CreateAdministrator():
                return await _create_administrator(place, order)
            case MakeResetLink():
                return await _make_reset_link(place, order)
            case Examine():
                return await _examine(place)
    except DomainError as error:
        return Refused(error.code, error.message)


async def _create_administrator(place: Workplace, order: CreateAdministrator) -> Done:
    account = checked_account(order.user_name, order.email, order.password)
    user = await place.instance.accounts.create_administrator(account)
    log.info("administrator_created", user=user.id)
    return Done(f"{user.user_name} is an administrator now.")


async def _make_reset_link(place: Workplace, order: MakeResetLink) -> Done:
    link = await place.instance.people.administration.make_reset_link_for(order.user_name)
    log.info("reset_link_made", user=link.user.id)
    return Done(
        f"Good once, for 24 hours, to set the password of {link.user.user_name}:\n{place.url}/reset#{link.secret}"
    )


async def _examine(place: Workplace) -> Examined:
    from cromulent.cli.doctor.examination import Case, examine

    instance = place.instance
    site = site_of(instance.config, place.port or instance.config.port)
    instance_id = instance.settings.current.instance_id
    case = Case(instance.config, site, instance.own_port, place.port, instance_id)
    return Examined(place.url, await examine(case, SystemClock()))


@asynccontextmanager
async def admin_socket(folder: Path, place: Workplace) -> AsyncGenerator[None]:
    """Answer commands while the body runs. The lock on the data folder must be held: a socket left over is removed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve_one(place, reader, writer)

    listener = _bound(folder)
    server = await asyncio.start_unix_server(serve, sock=listener, limit=MAX_LINE_BYTES)
    try:
        yield
    finally:
        server.close()
        (folder / SOCKET_NAME).unlink(missing_ok=True)


def is_served(folder: Path) -> bool:
    """Whether somebody listens at the socket: a server runs, whether or not it answers."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with connected, _short_path(folder) as place:
            connected.connect(str(place))
    except OSError:
        return False
    return True


async def ask(folder: Path, order: Order, patience_seconds: float = PATIENCE_SECONDS) -> Answer:
    """Have the running server carry out an order. Raises `Refusal` when it does not answer."""
    try:
        async with asyncio.timeout(patience_seconds):
            return await _ask(folder, order)
    except (OSError, TimeoutError, msgspec.DecodeError):
        raise Refusal("The running server does not answer; try again in a moment.") from None


async def _ask(folder: Path, order: Order) -> Answer:
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connected, _short_path(folder) as place:
        connected.connect(str(place))
        reader, writer = await asyncio.open_unix_connection(sock=connected, limit=MAX_LINE_BYTES)
        writer.write(msgspec.json.encode(order) + b"\n")
        line = await reader.readline()
        writer.close()
    return msgspec.json.decode(line, type=Answer)


async def _serve_one(place: Workplace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, TimeoutError, ValueError):  # ValueError: a line beyond the limit
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await reader.readline()
        if line:
            writer.write(msgspec.json.encode(await _answer(place, line)) + b"\n")
            async with asyncio.timeout(PATIENCE_SECONDS):
                await writer.drain()
    writer.close()


async def _answer(place: Workplace, line: bytes) -> Answer:
    try:
        order = msgspec.json.decode(line, type=Order)
    except msgspec.DecodeError:
        return Refused("invalid_input", "The running server is of another version than this command.")
    return await carry_out(place, order)


def _bound(folder: Path) -> socket.socket:
    """The socket, removed first when one was left over; nobody but the owner may connect, from its first moment."""
    (folder / SOCKET_NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short_path(folder) as place:
            listener.bind(str(place))
    finally:
        os.umask(before)
    return listener


@contextmanager
def _short_path(folder: Path) -> Generator[Path]:
    """A way to name the socket that fits into the 108 bytes of a Unix address, however deep the folder lies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Path(f"/proc/self/fd/{descriptor}/{SOCKET_NAME}")
    finally:
        os.close(descriptor)
