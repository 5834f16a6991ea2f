"""How a command reaches the running server: an owner-only Unix socket in the data folder, one JSON line each way."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from cromulent.accounts import AccountService, checked_account
from cromulent.cli.refusal import Refusal
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


class Done(msgspec.Struct, frozen=True, tag_field="is", tag="done"):
    """It is done; `text` says what."""

    text: str


class Refused(msgspec.Struct, frozen=True, tag_field="is", tag="refused"):
    """It cannot be done, and why."""

    code: str
    message: str


async def carry_out(accounts: AccountService, order: CreateAdministrator) -> Done | Refused:
    """Do what a command asks for; what is wrong with it is an answer, not an error."""
    try:
        account = checked_account(order.user_name, order.email, order.password)
        user = await accounts.create_administrator(account)
    except DomainError as error:
        return Refused(error.code, error.message)
    log.info("administrator_created", user=user.id)
    return Done(f"{user.user_name} is an administrator now.")


@asynccontextmanager
async def admin_socket(folder: Path, accounts: AccountService) -> AsyncGenerator[None]:
    """Answer commands while the body runs. The lock on the data folder must be held: a socket left over is removed."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve_one(accounts, reader, writer)

    listener = _bound(folder)
    server = await asyncio.start_unix_server(serve, sock=listener, limit=MAX_LINE_BYTES)
    try:
        yield
    finally:
        server.close()
        (folder / SOCKET_NAME).unlink(missing_ok=True)


async def ask(folder: Path, order: CreateAdministrator) -> Done | Refused:
    """Have the running server carry out an order. Raises `Refusal` when it does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _ask(folder, order)
    except (OSError, TimeoutError, msgspec.DecodeError):
        raise Refusal("The running server does not answer; try again in a moment.") from None


async def _ask(folder: Path, order: CreateAdministrator) -> Done | Refused:
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connected, _short_path(folder) as place:
        connected.connect(str(place))
        reader, writer = await asyncio.open_unix_connection(sock=connected)
        writer.write(msgspec.json.encode(order) + b"\n")
        line = await reader.readline()
        writer.close()
    return msgspec.json.decode(line, type=Done | Refused)


async def _serve_one(accounts: AccountService, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, TimeoutError, ValueError):  # ValueError: a line beyond the limit
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await reader.readline()
            writer.write(msgspec.json.encode(await _answer(accounts, line)) + b"\n")
            await writer.drain()
    writer.close()


async def _answer(accounts: AccountService, line: bytes) -> Done | Refused:
    try:
        order = msgspec.json.decode(line, type=CreateAdministrator)
    except msgspec.DecodeError:
        return Refused("invalid_input", "The running server is of another version than this command.")
    return await carry_out(accounts, order)


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
