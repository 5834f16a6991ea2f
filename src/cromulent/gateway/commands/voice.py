"""`voice.*`: commands become calls of the voice service, its answers become replies."""

from __future__ import annotations

from cromulent import wire
from cromulent.gateway.commands import CommandHandler
from cromulent.gateway.connection import Connection
from cromulent.gateway.protocol import (
    IceServers,
    Room,
    StallAnswer,
    VoiceAnswer,
    VoiceHeard,
    VoiceIceServers,
    VoiceJoin,
    VoiceJoined,
    VoiceLeave,
    VoiceReport,
    VoiceReportStall,
    VoiceRoom,
    VoiceSignal,
    VoiceUpdate,
)
from cromulent.gateway.voice_endpoints import (
    VoiceEndpoints,
    body_from_wire,
    participants_to_wire,
    report_from_wire,
    room_to_wire,
)
from cromulent.kernel.errors import InvalidInput
from cromulent.voice import Audio, Change, IceOffer, JoinRequest, Signal, VoiceService
from cromulent.voice import Connection as ParticipantConnection

MAX_JOIN_ID = 64
MAX_COUNT = 2**31


class VoiceCommands:
    """The handlers. Those that never wait are run in the order of the frames; signals rely on that."""

    def __init__(self, voice: VoiceService, endpoints: VoiceEndpoints) -> None:
        self._voice = voice
        self._endpoints = endpoints

    def handlers(self) -> list[CommandHandler]:
        """All of them, by their names on the wire."""
        return [
            CommandHandler("voice.join", VoiceJoin, self._join),
            CommandHandler("voice.leave", VoiceLeave, self._leave),
            CommandHandler("voice.update", VoiceUpdate, self._update),
            CommandHandler("voice.signal", VoiceSignal, self._signal),
            CommandHandler("voice.ice_servers", VoiceIceServers, self._ice_servers),
            CommandHandler("voice.room", VoiceRoom, self._room),
            CommandHandler("voice.heard", VoiceHeard, self._heard),
            CommandHandler("voice.report", VoiceReport, self._report),
            CommandHandler("voice.report_stall", VoiceReportStall, self._report_stall),
            CommandHandler("voice.answer", VoiceAnswer, self._answer),
        ]

    async def _join(self, connection: Connection, command: VoiceJoin) -> VoiceJoined:
        if not 1 <= len(command.join_id) <= MAX_JOIN_ID:
            raise InvalidInput(f"A `join_id` has 1 to {MAX_JOIN_ID} characters.", code="invalid_command")
        request = JoinRequest(
            channel_id=command.channel_id,
            join_id=command.join_id,
            audio=Audio(command.muted, command.deafened, command.sends_audio),
            resume_token=command.resume_token,
            takeover=command.takeover,
        )
        joined = await self._voice.join(self._endpoints.of(connection), request, connection.host)
        return VoiceJoined(
            participant_id=joined.participant_id,
            resume_token=joined.resume_token,
            participants=participants_to_wire(joined.room),
            rev=joined.room.rev,
            settled=joined.room.settled,
            ice_servers=_ice_servers_to_wire(joined.ice),
            expires_in_seconds=joined.ice.expires_in_seconds,
            ice_transport_policy=joined.ice.transport_policy,
        )

    async def _leave(self, connection: Connection, command: VoiceLeave) -> dict[str, str]:
        await self._voice.leave(connection.user_id, command.participant_id, command.resume_token)
        return {}

    def _update(self, connection: Connection, command: VoiceUpdate) -> dict[str, str]:
        reported = None if command.connection is None else ParticipantConnection(command.connection)
        change = Change(reported, command.muted, command.deafened, command.sends_audio)
        self._voice.update(self._endpoints.of(connection), change)
        return {}

    def _signal(self, connection: Connection, command: VoiceSignal) -> dict[str, str]:
        if not (0 <= command.generation <= MAX_COUNT and 0 <= command.negotiation_id <= MAX_COUNT):
            raise InvalidInput(
                "`generation` and `negotiation_id` are whole numbers, zero or more.", code="invalid_command"
            )
        body = body_from_wire(command.kind, command.data)
        signal = Signal(command.to, command.generation, command.negotiation_id, body)
        self._voice.signal(self._endpoints.of(connection), signal)
        return {}

    async def _ice_servers(self, connection: Connection, command: VoiceIceServers) -> IceServers:
        offer = await self._voice.ice_servers(connection.user_id, connection.host)
        return IceServers(_ice_servers_to_wire(offer), offer.expires_in_seconds, offer.transport_policy)

    async def _room(self, connection: Connection, command: VoiceRoom) -> Room:
        return room_to_wire(await self._voice.room(connection.user_id, command.channel_id))

    def _heard(self, connection: Connection, command: VoiceHeard) -> dict[str, str]:
        self._voice.heard(self._endpoints.of(connection), command.participant_ids)
        return {}

    def _report(self, connection: Connection, command: VoiceReport) -> dict[str, str]:
        self._voice.report(self._endpoints.of(connection), report_from_wire(command))
        return {}

    async def _report_stall(self, connection: Connection, command: VoiceReportStall) -> StallAnswer:
        return StallAnswer(await self._voice.report_stall(self._endpoints.of(connection), command.participant_id))

    def _answer(self, connection: Connection, command: VoiceAnswer) -> dict[str, str]:
        self._voice.answer(self._endpoints.of(connection), command.ask_id)
        return {}


def _ice_servers_to_wire(offer: IceOffer) -> list[wire.IceServer]:
    return [wire.IceServer(list(server.urls), server.username, server.credential) for server in offer.servers]
