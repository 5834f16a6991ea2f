"""Every frame of the gateway: the one place where the wire is described in code. `docs/protocol.md` says what it means.

The TypeScript types in `web/src/core/protocol.generated.ts` are made from this module by `bin/protocol`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from cromulent import wire

PROTOCOL = wire.PROTOCOL
LARGEST_INTEGER = 2**53 - 1
"""What every client can hold: beyond it the numbers of JavaScript have gaps."""
Integer = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]


class Struct(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=False):
    """The base of all wire structs here: immutable, what has its default left out, what is unknown ignored (from newer clients)."""


def _nothing() -> msgspec.Raw:
    return msgspec.Raw(b"{}")


# --- client → server ------------------------------------------------------------------------------


class ClientInfo(Struct, frozen=True):
    """What kind of program is speaking: `kind` is `web`, `desktop`, `bot` …; `device` is shown to people."""

    kind: str
    device: str
    version: str


class Identify(Struct, frozen=True, tag="identify", tag_field="op"):
    """The first frame of a client. `cursor` is the id of the last event it applied, `user_id` whose client it was then."""

    client: ClientInfo
    token: str | None = None
    cursor: str | None = None
    user_id: str | None = None


class Command(Struct, frozen=True, tag="command", tag_field="op"):
    """Something a client wants done now; answered by a `Reply` with the same `ref`."""

    ref: Integer
    t: str
    d: msgspec.Raw = msgspec.field(default_factory=_nothing)


ClientFrame = Identify | Command


class Ping(Struct, frozen=True):
    """`ping`: is anybody there? A page cannot see the server's WebSocket pings."""


class TypingStart(Struct, frozen=True):
    """`typing.start`."""

    channel_id: str


class VoiceJoin(Struct, frozen=True):
    """`voice.join`: a join, a resume, a switch or a takeover; see `docs/voice.md`."""

    channel_id: str
    join_id: str
    muted: bool
    deafened: bool
    sends_audio: bool
    resume_token: str | None = None
    takeover: bool = False


class VoiceLeave(Struct, frozen=True):
    """`voice.leave`."""

    participant_id: str
    resume_token: str


ConnectionState = Literal["connecting", "connected", "reconnecting", "disconnected"]


class VoiceUpdate(Struct, frozen=True):
    """`voice.update`: what has changed about oneself; absent fields stay."""

    connection: ConnectionState | None = None
    muted: bool | None = None
    deafened: bool | None = None
    sends_audio: bool | None = None


SignalKind = Literal["description", "candidates", "repair_request", "stale"]


class VoiceSignal(Struct, frozen=True):
    """`voice.signal`: `data` is a `VoiceDescription`, `VoiceCandidates` or empty, by `kind`; nothing else is passed on."""

    to: str
    generation: Integer
    negotiation_id: Integer
    kind: SignalKind
    data: msgspec.Raw = msgspec.field(default_factory=_nothing)


class VoiceDescription(Struct, frozen=True):
    """The `data` of a signal of kind `description` (`RTCSessionDescriptionInit`)."""

    type: Literal["offer", "answer"]
    sdp: str


class VoiceCandidate(Struct, frozen=True):
    """A candidate in the browser's words (`RTCIceCandidateInit`)."""

    candidate: str
    sdp_mid: str | None = msgspec.field(default=None, name="sdpMid")
    sdp_m_line_index: int | None = msgspec.field(default=None, name="sdpMLineIndex")
    username_fragment: str | None = msgspec.field(default=None, name="usernameFragment")


class VoiceCandidates(Struct, frozen=True):
    """The `data` of a signal of kind `candidates`."""

    candidates: list[VoiceCandidate]


class VoiceIceServers(Struct, frozen=True):
    """`voice.ice_servers`."""


class VoiceRoom(Struct, frozen=True):
    """`voice.room`."""

    channel_id: str


class VoiceHeard(Struct, frozen=True):
    """`voice.heard`."""

    participant_ids: list[str]


class VoiceReportStall(Struct, frozen=True):
    """`voice.report_stall`."""

    participant_id: str


Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
PacketRate = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=600_000)]
CandidateType = Literal["host", "srflx", "prflx", "relay"]
LinkReason = Literal[
    "relay_auth", "relay_unreachable", "nat_no_relay", "udp_blocked", "no_path", "no_media", "no_answer", "not_heard"
]


class PeerReport(Struct, frozen=True):
    """How a page sees its link to one other participant; packets are those of the last two seconds, per second."""

    participant_id: Annotated[str, msgspec.Meta(max_length=64)]
    link: Literal["connecting", "ok", "unstable", "repairing", "failed"]
    received_per_second: PacketRate
    sent_per_second: PacketRate
    step: Literal["restart", "restart_fresh", "rebuild", "rebuild_relay", "fail"] | None = None
    reason: LinkReason | None = None
    loss_percent: Percent = 0
    round_trip_ms: Milliseconds | None = None
    jitter_ms: Milliseconds | None = None
    path: Literal["direct", "relay"] | None = None
    local_candidate: CandidateType | None = None
    remote_candidate: CandidateType | None = None
    relay_protocol: Literal["udp", "tcp", "tls"] | None = None
    repairs: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class VoiceReport(Struct, frozen=True):
    """`voice.report`: what a page sees of its call, for the verdict."""

    microphone: Literal["off", "opening", "live", "silent", "denied", "insecure", "missing", "busy"]
    playback: Literal["playing", "blocked"]
    transmitting: bool
    peers: Annotated[list[PeerReport], msgspec.Meta(max_length=64)]
    level_dbfs: Annotated[int, msgspec.Meta(ge=-100, le=0)] | None = None


class VoiceAnswer(Struct, frozen=True):
    """`voice.answer`."""

    ask_id: str


# --- server → client ------------------------------------------------------------------------------


class InstanceInfo(Struct, frozen=True):
    """Which installation this is. No voice channel takes more than `participants_per_room`, whatever its own limit."""

    id: str
    name: str
    participants_per_room: int


class Hello(Struct, frozen=True, tag="hello", tag_field="op"):
    """The first frame of the server."""

    protocol: int
    instance: InstanceInfo
    version: str
    heartbeat_seconds: int


class Participant(Struct, frozen=True):
    """Somebody in a voice room, as everybody who sees the channel sees them. `muted` is by themselves."""

    id: str
    user_id: str
    device: str
    muted: bool
    deafened: bool
    sends_audio: bool
    connection: ConnectionState
    muted_by_administrator: bool


class Room(Struct, frozen=True):
    """The roster of a voice channel. Not `settled`: the server has just started, absence is not departure."""

    channel_id: str
    rev: int
    settled: bool
    participants: list[Participant]


class Snapshot(Struct, frozen=True):
    """All a client holds but messages, read at one position of the log."""

    instance: wire.Instance
    settings: wire.UserSettings
    channels: list[wire.Channel]
    read_states: list[wire.ReadState]
    users: list[wire.User]
    feeds: dict[str, int]
    presence: list[str]
    rooms: list[Room]


class Ready(Struct, frozen=True, tag="ready", tag_field="op"):
    """A fresh start: the client drops what it holds."""

    user: wire.User
    snapshot: Snapshot
    cursor: str | None


class Resumed(Struct, frozen=True, tag="resumed", tag_field="op"):
    """The cursor was known; what was missed follows as dispatches. Not `presence_settled`: absence is not departure."""

    cursor: str
    presence: list[str]
    presence_settled: bool
    rooms: list[Room]


class Dispatch(Struct, frozen=True, tag="dispatch", tag_field="op"):
    """News. `id`, `feed` and `seq` are there for durable events only."""

    t: str
    d: msgspec.Raw
    id: str | None = None
    feed: str | None = None
    seq: int | None = None


class CommandError(Struct, frozen=True):
    """A refusal: `code` for programs, `message` for a person, `detail` where a program needs more."""

    code: str
    message: str
    detail: dict[str, str] | None = None


class Reply(Struct, frozen=True, tag="reply", tag_field="op"):
    """The answer to a command: either `d` or `error`."""

    ref: int
    d: Any = None
    error: CommandError | None = None


class Reconnect(Struct, frozen=True, tag="reconnect", tag_field="op"):
    """The server is about to close; come back after `after_ms` milliseconds."""

    after_ms: int
    reason: str


ServerFrame = Hello | Ready | Resumed | Dispatch | Reply | Reconnect


class VoiceJoined(Struct, frozen=True):
    """The reply to `voice.join`. `expires_in_seconds` counts from now and is null when the servers do not expire."""

    participant_id: str
    resume_token: str
    participants: list[Participant]
    rev: int
    settled: bool
    ice_servers: list[wire.IceServer]
    expires_in_seconds: int | None
    ice_transport_policy: Literal["all", "relay"]


class IceServers(Struct, frozen=True):
    """The reply to `voice.ice_servers`."""

    ice_servers: list[wire.IceServer]
    expires_in_seconds: int | None
    ice_transport_policy: Literal["all", "relay"]


class StallAnswer(Struct, frozen=True):
    """The reply to `voice.report_stall`: does that peer's socket still answer?"""

    present: bool


class VoiceSignalReceived(Struct, frozen=True):
    """`voice.signal` as its addressee gets it; `from` is stamped by the server."""

    channel_id: str
    sender: str = msgspec.field(name="from")
    to: str
    generation: int
    negotiation_id: int
    kind: SignalKind
    data: Any


class PresenceChanged(Struct, frozen=True):
    """`presence.changed`."""

    online: list[str]
    offline: list[str]


class PresenceSettled(Struct, frozen=True):
    """`presence.settled`: everybody who is online."""

    online: list[str]


class TypingStarted(Struct, frozen=True):
    """`typing.started`."""

    channel_id: str
    user_id: str
