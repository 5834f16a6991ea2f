"""What has happened in voice since the start, in numbers, without anybody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cromulent.kernel.clock import Clock
from cromulent.kernel.metrics import Histogram, Metric, by, one
from cromulent.voice.ice import IceServers
from cromulent.voice.link_counts import LinkCounts
from cromulent.voice.model import (
    Candidates,
    Connection,
    Description,
    Participant,
    RepairRequest,
    Signal,
    SignalBody,
    Stale,
)
from cromulent.voice.notices import Notice, ParticipantJoined, ParticipantLeft, ParticipantUpdated
from cromulent.voice.ports import Announce
from cromulent.voice.report import Report

_KINDS: dict[type[SignalBody], str] = {Candidates: "candidates", RepairRequest: "repair_request", Stale: "stale"}
CONNECT_BOUNDS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0)


class VoiceCounts:
    """Reads along with what members are told, and is told what they are not."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._joins = Counter[str]()
        self._leaves = Counter[str]()
        self._signals = Counter[str]()
        self._changes = Counter[str]()
        self._stalls = Counter[str]()
        self._never_connected = 0
        self._connect_seconds = Histogram(CONNECT_BOUNDS)
        self._waiting_since: dict[str, float] = {}
        """Participants who have not been connected yet, by id."""
        self._shown: dict[str, Connection] = {}
        self._links = LinkCounts()
        self._came_at: dict[str, float] = {}
        """When each participant came; not of those who came back, whose links may have gone on."""
        self._heard: dict[str, set[str]] = {}
        """Whom each participant has heard."""

    def reading(self, announce: Announce) -> Announce:
        """The same, with everything that passes counted."""

        def announce_and_count(channel_id: str, name: str, notice: Notice) -> None:
            self._read(notice)
            announce(channel_id, name, notice)

        return announce_and_count

    def joined(self, participant_id: str, *, resumed: bool) -> None:
        """A page was let in."""
        self._joins["resumed" if resumed else "joined"] += 1
        if resumed:
            self._came_at.pop(participant_id, None)

    def refused(self, code: str) -> None:
        """A page was not let in."""
        self._joins[code] += 1

    def reported(self, participant_id: str, before: Report | None, report: Report) -> None:
        """A page says what it sees."""
        self._links.reported(before, report, self._came_at if participant_id in self._came_at else ())
        heard = self._heard.setdefault(participant_id, set())
        for peer in report.peers:
            if peer.received_per_second == 0 or peer.participant_id in heard:
                continue
            heard.add(peer.participant_id)
            mine, theirs = self._came_at.get(participant_id), self._came_at.get(peer.participant_id)
            if mine is not None and theirs is not None:
                self._links.heard_first(self._clock.monotonic() - max(mine, theirs))

    def signalled(self, signal: Signal) -> None:
        """A signal was passed on."""
        body = signal.body
        self._signals[body.type if isinstance(body, Description) else _KINDS[type(body)]] += 1
        if isinstance(body, Description) and body.type == "offer" and signal.negotiation_id > 1:
            self._signals["offer_again"] += 1

    def stalled(self, *, present: bool) -> None:
        """Somebody's packets had stopped; their socket answered, or did not."""
        self._stalls["socket_alive" if present else "socket_silent"] += 1

    def metrics(self, participants: Iterable[Participant], reports: Iterable[Report], ice: IceServers) -> list[Metric]:
        """All numbers; `participants` are those there now, `reports` what they say."""
        states = Counter({state.value: 0 for state in Connection})
        states.update(participant.connection.value for participant in participants)
        return [
            Metric(
                "cromulent_voice_participants",
                "gauge",
                "In rooms now, by what is shown of them.",
                by("connection", states),
            ),
            Metric(
                "cromulent_voice_joins_total",
                "counter",
                "Joins, by how they were answered.",
                by("outcome", self._joins),
            ),
            Metric("cromulent_voice_leaves_total", "counter", "Departures.", by("reason", self._leaves)),
            Metric(
                "cromulent_voice_connection_changes_total",
                "counter",
                "How often a participant became this.",
                by("to", self._changes),
            ),
            Metric(
                "cromulent_voice_connect_seconds",
                "histogram",
                "From the join until the page hears everybody present.",
                self._connect_seconds.samples(),
            ),
            Metric(
                "cromulent_voice_never_connected_total",
                "counter",
                "Departures of those who never heard everybody present.",
                one(self._never_connected),
            ),
            Metric(
                "cromulent_voice_stalls_total", "counter", "Reports that packets stopped.", by("peer", self._stalls)
            ),
            Metric("cromulent_voice_signals_total", "counter", "Signals passed on.", by("kind", self._signals)),
            *self._links.metrics(reports),
            Metric(
                "cromulent_ice_grants_total",
                "counter",
                "ICE servers given by the provider.",
                by("provider", ice.grants),
            ),
            Metric(
                "cromulent_ice_failures_total",
                "counter",
                "Requests it did not answer well.",
                by("provider", ice.failures),
            ),
            Metric(
                "cromulent_ice_failing", "gauge", "1 while the provider gives nothing.", one(ice.failing is not None)
            ),
        ]

    def _read(self, notice: Notice) -> None:
        match notice:
            case ParticipantJoined():
                now = self._clock.monotonic()
                self._waiting_since[notice.participant.id] = self._came_at[notice.participant.id] = now
                self._show(notice.participant)
            case ParticipantUpdated():
                self._show(notice.participant)
            case ParticipantLeft():
                self._leaves[notice.reason.value] += 1
                self._shown.pop(notice.participant_id, None)
                self._came_at.pop(notice.participant_id, None)
                self._heard.pop(notice.participant_id, None)
                for heard in self._heard.values():
                    heard.discard(notice.participant_id)
                if self._waiting_since.pop(notice.participant_id, None) is not None:
                    self._never_connected += 1
            case _:
                pass

    def _show(self, participant: Participant) -> None:
        if self._shown.get(participant.id) is participant.connection:
            return
        self._shown[participant.id] = participant.connection
        self._changes[participant.connection.value] += 1
        if participant.connection is Connection.CONNECTED:
            since = self._waiting_since.pop(participant.id, None)
            if since is not None:
                self._connect_seconds.observe(self._clock.monotonic() - since)
