"""`typing.start`: somebody is writing."""

from __future__ import annotations

from cromulent.channels import ChannelService
from cromulent.gateway.commands import CommandHandler
from cromulent.gateway.connection import Connection
from cromulent.gateway.hub import Hub
from cromulent.gateway.protocol import TypingStart, TypingStarted
from cromulent.presence import TypingTracker


def typing_commands(hub: Hub, channels: ChannelService, typing: TypingTracker) -> list[CommandHandler]:
    """The commands about typing."""

    async def start(connection: Connection, command: TypingStart) -> dict[str, str]:
        await channels.access_writable_channel(connection.identity.user, command.channel_id)
        if typing.start(connection.user_id, command.channel_id):
            payload = TypingStarted(command.channel_id, connection.user_id)
            hub.announce_to_members(command.channel_id, "typing.started", payload)
        return {}

    return [CommandHandler("typing.start", TypingStart, start)]
