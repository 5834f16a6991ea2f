"""Who may be in a voice room: asked at every join, every resume, and by nobody else's word."""

from __future__ import annotations

from collections.abc import Callable

from cromulent.channels import Channel, access_channel
from cromulent.db import Database
from cromulent.voice.errors import NotVoiceChannel, VoiceDisabled
from cromulent.voice.ports import ChannelGate


class Admission:
    """Voice is on, the channel is one of the user's, and it is for voice."""

    def __init__(self, gate: ChannelGate, voice_enabled: Callable[[], bool]) -> None:
        self._gate = gate
        self._voice_enabled = voice_enabled

    def check_voice_is_on(self) -> None:
        """Raises `VoiceDisabled`."""
        if not self._voice_enabled():
            raise VoiceDisabled

    async def access_voice_channel(self, user_id: str, channel_id: str) -> Channel:
        """The channel. Raises `VoiceDisabled`, `NotFound`, `NotVoiceChannel`."""
        self.check_voice_is_on()
        channel = await self._gate(user_id, channel_id)
        if channel.kind != "voice":
            raise NotVoiceChannel
        return channel


def gate_of(database: Database) -> ChannelGate:
    """The gate of the database: members of a channel get it, for everybody else it does not exist."""

    async def gate(user_id: str, channel_id: str) -> Channel:
        return await database.read(lambda connection: access_channel(connection, user_id, channel_id))

    return gate
