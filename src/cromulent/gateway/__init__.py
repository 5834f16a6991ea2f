"""The gateway: one WebSocket per client, events out, ephemeral commands in."""

from cromulent.gateway.commands import CommandHandler, CommandTable
from cromulent.gateway.commands.ping import ping_commands
from cromulent.gateway.commands.typing import typing_commands
from cromulent.gateway.commands.voice import VoiceCommands
from cromulent.gateway.connection import Connection
from cromulent.gateway.dispatch import encode_fact
from cromulent.gateway.handshake import Handshake
from cromulent.gateway.hub import Hub
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.own_port import OwnPort, RelayWish, open_own_port
from cromulent.gateway.presence_news import PresenceNews
from cromulent.gateway.protocol import InstanceInfo, Room
from cromulent.gateway.reactions import close_connections_of
from cromulent.gateway.server import ConnectionEvents, GatewayServer, keep_alive
from cromulent.gateway.socket import GatewayProtocol
from cromulent.gateway.voice_endpoints import VoiceEndpoints, announce_through, room_to_wire
from cromulent.gateway.welcome import Welcome

announce_voice_through = announce_through

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
    "InstanceInfo",
    "OwnPort",
    "PresenceNews",
    "RelayWish",
    "Room",
    "VoiceCommands",
    "VoiceEndpoints",
    "Welcome",
    "announce_voice_through",
    "close_connections_of",
    "encode_fact",
    "keep_alive",
    "open_own_port",
    "ping_commands",
    "room_to_wire",
    "typing_commands",
]
