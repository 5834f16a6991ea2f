"""What a page says it sees of a call: its own microphone and play-out, and its way to each of the others. Never an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Microphone = Literal["off", "opening", "live", "silent", "denied", "insecure", "missing", "busy"]
"""`silent`: it is open, and for some seconds nothing but digital silence has come from it."""

Playback = Literal["playing", "blocked"]
LinkState = Literal["connecting", "ok", "unstable", "repairing", "failed"]
Step = Literal["restart", "restart_fresh", "rebuild", "rebuild_relay", "fail"]
"""The rung of the repair ladder that was climbed last."""

LinkReason = Literal[
    "relay_auth", "relay_unreachable", "nat_no_relay", "udp_blocked", "no_path", "no_media", "no_answer", "not_heard"
]
Path = Literal["direct", "relay"]
CandidateType = Literal["host", "srflx", "prflx", "relay"]
RelayProtocol = Literal["udp", "tcp", "tls"]


@dataclass(frozen=True, slots=True)
class PeerReport:
    """How a page sees its link to one other participant. Packets are those of sound, a second, over the last two seconds."""

    participant_id: str
    link: LinkState
    received_per_second: int
    sent_per_second: int
    step: Step | None = None
    reason: LinkReason | None = None
    loss_percent: int = 0
    round_trip_ms: int | None = None
    jitter_ms: int | None = None
    path: Path | None = None
    local_candidate: CandidateType | None = None
    remote_candidate: CandidateType | None = None
    relay_protocol: RelayProtocol | None = None
    repairs: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One page's view of the room. `level_dbfs` is there only while it transmits: what is said with a shut gate is nobody's."""

    microphone: Microphone
    playback: Playback
    transmitting: bool
    level_dbfs: int | None
    peers: tuple[PeerReport, ...]

    def of(self, participant_id: str) -> PeerReport | None:
        """What it says of one other participant."""
        return next((peer for peer in self.peers if peer.participant_id == participant_id), None)
