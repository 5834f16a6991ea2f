"""Who is in a voice room, what they ask for, and what they send each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

IceTransportPolicy = Literal["all", "relay"]


class Connection(StrEnum):
    """How a participant is doing, as everybody who sees the channel sees it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    DISCONNECTED = "disconnected"


class Departure(StrEnum):
    """Why a participant left: by themselves, without a word, to another page or room, pushed aside, put out."""

    LEFT = "left"
    LOST = "lost"
    MOVED = "moved"
    REPLACED = "replaced"
    KICKED = "kicked"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a room. `id` is a UUIDv7: of two participants the larger id came later. `muted` is by themselves."""

    id: str
    user_id: str
    device: str
    muted: bool
    deafened: bool
    sends_audio: bool
    connection: Connection
    muted_by_administrator: bool = False


@dataclass(frozen=True, slots=True)
class RoomView:
    """A roster. Not `settled`: the server has just started, absence from it is not departure."""

    channel_id: str
    rev: int
    settled: bool
    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class Audio:
    """What a participant says about their own sound."""

    muted: bool
    deafened: bool
    sends_audio: bool


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A wish to be in a room: a join, with `resume_token` a resume or a switch, with `takeover` a "Move here"."""

    channel_id: str
    join_id: str
    audio: Audio
    resume_token: str | None = None
    takeover: bool = False


@dataclass(frozen=True, slots=True)
class IceServer:
    """The browser's `RTCIceServer`."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class IceOffer:
    """The ICE servers one user may use now; `expires_in_seconds` is None when they do not expire."""

    servers: tuple[IceServer, ...]
    expires_in_seconds: int | None
    transport_policy: IceTransportPolicy


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to a join: who one is, who is there (oneself included), and how to reach them."""

    participant_id: str
    resume_token: str
    room: RoomView
    ice: IceOffer


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed about oneself; None stays as it is."""

    connection: Connection | None = None
    muted: bool | None = None
    deafened: bool | None = None
    sends_audio: bool | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """A session description (`RTCSessionDescriptionInit`)."""

    type: Literal["offer", "answer"]
    sdp: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate in the words of `RTCIceCandidateInit`."""

    candidate: str
    sdp_mid: str | None
    sdp_m_line_index: int | None
    username_fragment: str | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Some candidates of one negotiation."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class RepairRequest:
    """The polite side asks the other to lead a repair."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The answer to a signal of an older generation; the signal's `generation` is the current one."""


SignalBody = Description | Candidates | RepairRequest | Stale


@dataclass(frozen=True, slots=True)
class Signal:
    """Something for one other participant of the same room. `generation` and `negotiation_id` count from 1."""

    to: str
    generation: int
    negotiation_id: int
    body: SignalBody
