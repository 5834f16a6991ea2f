"""Reading commands: decode, limit, run, answer. Quick ones in order before the next frame, slow ones beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog

from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.commands import CommandHandler, CommandTable
from cromulent.gateway.connection import Connection, ConnectionState
from cromulent.gateway.frames import error_frame, reply_frame
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.protocol import ClientFrame, Command
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import DomainError, InvalidInput, RateLimited
from cromulent.kernel.json_input import check_json
from cromulent.kernel.rate_limits import TokenBucket

log = structlog.get_logger(__name__)
SIGNAL = "voice.signal"
REPORT = "voice.report"
_decoder = msgspec.json.Decoder[ClientFrame](ClientFrame)


class CommandLoop:
    """The reading half of one identified connection."""

    def __init__(self, connection: Connection, commands: CommandTable, limits: GatewayLimits, clock: Clock) -> None:
        self._connection = connection
        self._commands = commands
        self._limits = limits
        self._budget = TokenBucket(limits.commands, clock)
        self._signal_budget = TokenBucket(limits.signals, clock)
        self._refusals = 0
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, receive: Callable[[], Awaitable[Any]]) -> None:
        """Serve frames until the connection ends, then end what is still under way."""
        try:
            while (message := await receive())["type"] == "websocket.receive":
                if self._connection.state is ConnectionState.CLOSED:
                    return
                self._take(message.get("text"))
        finally:
            for task in self._under_way:
                task.cancel()

    def _take(self, text: str | None) -> None:
        """One frame. What cannot be answered for lack of a `ref` closes the connection."""
        size = len((text or "").encode())
        if size > self._limits.frame_bytes:
            self._connection.close(CloseCode.FRAME_TOO_LARGE)
        elif command := _command_in(text):
            self._run(command, size)
        else:
            self._connection.close(CloseCode.MALFORMED_FRAME)

    def _run(self, command: Command, size: int) -> None:
        try:
            self._check_limits(command.t, size)
            handler, arguments = self._commands.prepare(command.t, command.d)
            if not handler.takes_time:
                self._connection.write(reply_frame(command.ref, handler.handle(self._connection, arguments)))
                return
            if len(self._under_way) >= self._limits.commands_under_way:
                raise RateLimited
        except DomainError as error:
            self._connection.write(error_frame(command.ref, error))
            return
        except Exception as error:
            self._report_bug(command, error)
            return
        task = asyncio.get_running_loop().create_task(self._run_slowly(command, handler, arguments))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _run_slowly(self, command: Command, handler: CommandHandler, arguments: msgspec.Struct) -> None:
        try:
            self._connection.write(reply_frame(command.ref, await handler.handle(self._connection, arguments)))
        except DomainError as error:
            self._connection.write(error_frame(command.ref, error))
        except Exception as error:
            self._report_bug(command, error)

    def _report_bug(self, command: Command, error: Exception) -> None:
        log.error("command_failed", command=command.t, user=self._connection.user_id, exc_info=error)
        failure = DomainError("The server failed to do that.", code="internal_error")
        self._connection.write(error_frame(command.ref, failure))

    def _check_limits(self, name: str, size: int) -> None:
        budget = self._signal_budget if name == SIGNAL else self._budget
        if not budget.take():
            self._refusals += 1
            if self._refusals > self._limits.refusals_before_close:
                self._connection.close(CloseCode.RATE_LIMITED)
            raise RateLimited(retry_after_seconds=budget.seconds_until())
        if size > self._size_limit(name):
            raise InvalidInput("That command is too large.", code="frame_too_large")

    def _size_limit(self, name: str) -> int:
        if name == SIGNAL:
            return self._limits.frame_bytes
        return self._limits.report_bytes if name == REPORT else self._limits.command_bytes


def _command_in(text: str | None) -> Command | None:
    """The command a frame holds; None for anything else."""
    if text is None:
        return None
    try:
        check_json(text)
        frame = _decoder.decode(text)
    except (InvalidInput, msgspec.DecodeError):
        return None
    return frame if isinstance(frame, Command) else None
