"""The dispatches of voice: what a page or all members of a channel are told. Field names are those of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from cromulent.voice.model import Departure, Participant, SignalBody

VerdictSide = Literal["you", "peer", "network", "instance"]


class Notice:
    """The base of all voice dispatches; `name` is the dispatch's name."""

    __slots__ = ()
    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class ParticipantJoined(Notice):
    """To the members: somebody is in the room now."""

    name: ClassVar[str] = "voice.participant_joined"
    channel_id: str
    rev: int
    participant: Participant


@dataclass(frozen=True, slots=True)
class ParticipantUpdated(Notice):
    """To the members: something about a participant has changed."""

    name: ClassVar[str] = "voice.participant_updated"
    channel_id: str
    rev: int
    participant: Participant


@dataclass(frozen=True, slots=True)
class ParticipantLeft(Notice):
    """To the members: somebody is not in the room any more."""

    name: ClassVar[str] = "voice.participant_left"
    channel_id: str
    rev: int
    participant_id: str
    reason: Departure


@dataclass(frozen=True, slots=True)
class RoomSettled(Notice):
    """To the members, some seconds after a start: the whole roster, and who is not in it has left."""

    name: ClassVar[str] = "voice.room_settled"
    channel_id: str
    rev: int
    settled: bool
    participants: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class SignalReceived(Notice):
    """To one participant: a signal. `sender` and `to` are participant ids; on the wire `sender` is `from`."""

    name: ClassVar[str] = "voice.signal"
    channel_id: str
    sender: str
    to: str
    generation: int
    negotiation_id: int
    body: SignalBody


@dataclass(frozen=True, slots=True)
class HolderAsked(Notice):
    """To the page that holds the call: is anybody there?"""

    name: ClassVar[str] = "voice.holder_asked"
    ask_id: str


@dataclass(frozen=True, slots=True)
class CallSuperseded(Notice):
    """To the page that held the call: `device` has it now."""

    name: ClassVar[str] = "voice.superseded"
    channel_id: str
    participant_id: str
    device: str


@dataclass(frozen=True, slots=True)
class Kicked(Notice):
    """To the page that holds the call: you were put out. `reason` is a code."""

    name: ClassVar[str] = "voice.kicked"
    channel_id: str
    participant_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why sound does not come from (`incoming`) or does not reach (`outgoing`) another participant, or not well.

    `code` is that of a rule; `side` is whose it is to mend, as the one who is told sees it.
    """

    participant_id: str
    direction: Literal["incoming", "outgoing"]
    code: str
    side: VerdictSide


@dataclass(frozen=True, slots=True)
class VerdictsChanged(Notice):
    """To one participant: all that is to be said of its pairs now. What is not in it is well."""

    name: ClassVar[str] = "voice.verdicts_changed"
    channel_id: str
    participant_id: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class SentOn(Notice):
    """To the page that holds the call: an administrator wants it in another channel. Go there as if it had been clicked."""

    name: ClassVar[str] = "voice.sent_on"
    channel_id: str
    participant_id: str
    to_channel_id: str
