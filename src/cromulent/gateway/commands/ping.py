"""`ping`: the answer is the answer."""

from __future__ import annotations

from cromulent.gateway.commands import CommandHandler
from cromulent.gateway.connection import Connection
from cromulent.gateway.protocol import Ping


def ping(_connection: Connection, _command: Ping) -> dict[str, str]:
    """Say that somebody is there."""
    return {}


PING_COMMANDS = [CommandHandler("ping", Ping, ping)]
