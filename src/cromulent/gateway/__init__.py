"""The gateway: one WebSocket per client, events out, ephemeral commands in."""

from cromulent.gateway.commands import CommandHandler, CommandTable
from cromulent.gateway.connection import Connection
from cromulent.gateway.dispatch import encode_fact
from cromulent.gateway.handshake import Handshake
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.server import ConnectionEvents, GatewayServer, keep_alive
from cromulent.gateway.socket import GatewayProtocol
from cromulent.gateway.welcome import Welcome

__all__ = [
    "CommandHandler",
    "CommandTable",
    "Connection",
    "ConnectionEvents",
    "GatewayLimits",
    "GatewayProtocol",
    "GatewayServer",
    "Handshake",
    "Hub",
    "Welcome",
    "encode_fact",
    "keep_alive",
]
