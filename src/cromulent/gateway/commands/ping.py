"""`ping`: the answer is the answer."""

from __future__ import annotations

from cromulent.gateway.commands import CommandHandler
from cromulent.gateway.connection import Connection
from cromulent.gateway.protocol import Ping


def ping(_connection: Connection, _command: Ping) -> dict[str, str]:
    """Say that somebody is there."""
    return {}


def ping_commands() -> list[CommandHandler]:
    """The command that asks for nothing."""
    return [CommandHandler("ping", Ping, ping)]
