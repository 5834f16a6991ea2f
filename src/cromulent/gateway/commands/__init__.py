"""The commands of the gateway: one table, a handler each."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from cromulent.gateway.connection import Connection
from cromulent.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class CommandHandler:
    """A command: its name, the shape of its `d`, and what it does."""

    name: str
    shape: type[msgspec.Struct]
    handle: Callable[[Connection, Any], Any] | Callable[[Connection, Any], Awaitable[Any]]

    @property
    def takes_time(self) -> bool:
        """Whether it runs beside the reading of further frames instead of before it."""
        return inspect.iscoroutinefunction(self.handle)


class CommandTable:
    """All commands by name."""

    def __init__(self, handlers: Iterable[CommandHandler]) -> None:
        self._handlers = {handler.name: (handler, msgspec.json.Decoder(handler.shape)) for handler in handlers}

    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(self._handlers)

    def prepare(self, name: str, raw: msgspec.Raw) -> tuple[CommandHandler, msgspec.Struct]:
        """Find the handler and decode `d`. Raises `InvalidInput` (`unknown_command`, `invalid_command`)."""
        found = self._handlers.get(name)
        if found is None:
            raise InvalidInput("This server does not know that command.", code="unknown_command")
        handler, decoder = found
        try:
            return handler, decoder.decode(raw)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"The command is not well-formed: {error}.", code="invalid_command") from error
