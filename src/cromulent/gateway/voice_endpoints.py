"""Connections as voice knows them, and voice's dispatches as they travel."""

from __future__ import annotations

import msgspec

from cromulent.gateway.connection import Connection
from cromulent.gateway.hub import Hub
from cromulent.gateway.protocol import (
    Participant,
    Room,
    SignalKind,
    VoiceCandidate,
    VoiceCandidates,
    VoiceDescription,
    VoiceReport,
    VoiceSignalReceived,
)
from cromulent.kernel.errors import InvalidInput
from cromulent.voice import (
    Announce,
    Candidate,
    Candidates,
    Description,
    Notice,
    PeerReport,
    RepairRequest,
    Report,
    RoomView,
    SignalBody,
    SignalReceived,
    Stale,
    VoiceService,
)

_description = msgspec.json.Decoder(VoiceDescription)
_candidates = msgspec.json.Decoder(VoiceCandidates)


class VoiceEndpoint:
    """One connection, seen as the page that holds a call."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def user_id(self) -> str:
        """Whose page it is."""
        return self._connection.user_id

    @property
    def login_session_id(self) -> str:
        """The login session it stands on."""
        return self._connection.login_session_id

    @property
    def device(self) -> str:
        """What a person would call the device."""
        return self._connection.device

    @property
    def heard_at(self) -> float:
        """When the last byte came, in monotonic seconds."""
        return self._connection.heard_at

    def dispatch(self, name: str, payload: Notice) -> None:
        """Send one dispatch to this page alone."""
        self._connection.dispatch(name, notice_to_wire(payload))

    def ping(self) -> None:
        """Ask the socket for a sign of life."""
        self._connection.ping()

    def set_ping_interval(self, seconds: float | None) -> None:
        """How often it is pinged from now on."""
        self._connection.set_ping_interval(seconds)


class VoiceEndpoints:
    """The endpoints of the connections that have had to do with voice: always the same one for a connection."""

    def __init__(self, voice: VoiceService) -> None:
        self._voice = voice
        self._endpoints: dict[Connection, VoiceEndpoint] = {}

    def of(self, connection: Connection) -> VoiceEndpoint:
        """The endpoint of a connection."""
        found = self._endpoints.get(connection)
        if found is None:
            found = self._endpoints[connection] = VoiceEndpoint(connection)
        return found

    def connection_closed(self, connection: Connection) -> None:
        """A connection is gone: voice is told, if it ever knew it."""
        endpoint = self._endpoints.pop(connection, None)
        if endpoint is not None:
            self._voice.endpoint_closed(endpoint)


def announce_through(hub: Hub) -> Announce:
    """How voice tells the members of a channel something."""

    def announce(channel_id: str, name: str, payload: Notice) -> None:
        hub.announce_to_members(channel_id, name, notice_to_wire(payload))

    return announce


def room_to_wire(view: RoomView) -> Room:
    """A roster as it travels."""
    return Room(view.channel_id, view.rev, view.settled, participants_to_wire(view))


def participants_to_wire(view: RoomView) -> list[Participant]:
    """Who is in a room, as it travels."""
    return [
        Participant(
            id=one.id,
            user_id=one.user_id,
            device=one.device,
            muted=one.muted,
            deafened=one.deafened,
            sends_audio=one.sends_audio,
            connection=one.connection.value,
            muted_by_administrator=one.muted_by_administrator,
        )
        for one in view.participants
    ]


def notice_to_wire(notice: Notice) -> object:
    """A dispatch's `d`. Notices have the fields of the wire, but for a signal: `from` is no name in Python."""
    if not isinstance(notice, SignalReceived):
        return notice
    kind, data = body_to_wire(notice.body)
    return VoiceSignalReceived(
        channel_id=notice.channel_id,
        sender=notice.sender,
        to=notice.to,
        generation=notice.generation,
        negotiation_id=notice.negotiation_id,
        kind=kind,
        data=data,
    )


def body_to_wire(body: SignalBody) -> tuple[SignalKind, VoiceDescription | VoiceCandidates | dict[str, str]]:
    """The `kind` and `data` of a signal."""
    match body:
        case Description():
            return "description", VoiceDescription(body.type, body.sdp)
        case Candidates():
            listed = [
                VoiceCandidate(one.candidate, one.sdp_mid, one.sdp_m_line_index, one.username_fragment)
                for one in body.candidates
            ]
            return "candidates", VoiceCandidates(listed)
        case RepairRequest():
            return "repair_request", {}
        case Stale():
            return "stale", {}


def report_from_wire(command: VoiceReport) -> Report:
    """What a page sees of its call."""
    peers = tuple(PeerReport(**msgspec.structs.asdict(peer)) for peer in command.peers)
    return Report(command.microphone, command.playback, command.transmitting, command.level_dbfs, peers)


def body_from_wire(kind: SignalKind, data: msgspec.Raw) -> SignalBody:
    """What a client wants to say. Raises `InvalidInput` (`invalid_command`)."""
    try:
        match kind:
            case "description":
                description = _description.decode(data)
                return Description(description.type, description.sdp)
            case "candidates":
                listed = _candidates.decode(data).candidates
                return Candidates(
                    tuple(
                        Candidate(one.candidate, one.sdp_mid, one.sdp_m_line_index, one.username_fragment)
                        for one in listed
                    )
                )
            case "repair_request":
                return RepairRequest()
            case "stale":
                return Stale()
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The signal is not well-formed: {error}.", code="invalid_command") from error
