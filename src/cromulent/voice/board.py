"""Judges rooms from time to time, and tells each page the verdicts it is one end of.

A report lives in the seat it came from and goes with it, so the matrix is never larger than the rooms are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cromulent.kernel.metrics import Metric, by
from cromulent.voice.leases import LeaseState
from cromulent.voice.model import Participant
from cromulent.voice.notices import Verdict, VerdictsChanged, VerdictSide
from cromulent.voice.policy import VerdictPolicy
from cromulent.voice.report import Report
from cromulent.voice.rooms import Rooms
from cromulent.voice.seats import Seat
from cromulent.voice.verdict import Fault, Rule, judge, pairs_of

_FAULT: Mapping[VerdictSide, Fault] = {
    "you": "listener",
    "peer": "speaker",
    "network": "network",
    "instance": "instance",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one participant's sound does not come to another, or not well: the `code` of a rule, and whose side it is on."""

    speaker_id: str
    listener_id: str
    code: str
    side: Fault


@dataclass(frozen=True, slots=True)
class JudgedRoom:
    """A call as nobody in it sees it whole. Pairs of which no trouble tells are well."""

    channel_id: str
    participants: tuple[Participant, ...]
    troubles: tuple[Trouble, ...]


class Board:
    """The verdicts of all rooms. However much is reported, a room is judged at most once in `between_seconds`."""

    def __init__(self, rooms: Rooms, policy: VerdictPolicy) -> None:
        self._rooms = rooms
        self._policy = policy
        self._news: set[str] = set()
        self._judged_at = float("-inf")
        self._judged_all_at = float("-inf")
        self._passed = Counter[str]()

    def report(self, seat: Seat, report: Report, now: float) -> None:
        """Keep what a page sees, in place of what it saw before; of those who are not in the room nothing is kept."""
        room = self._rooms.room(seat.channel_id)
        known = {peer.participant_id: peer for peer in report.peers if room.find(peer.participant_id)}
        known.pop(seat.id, None)
        seat.report = (now, replace(report, peers=tuple(known.values())))
        self.changed(seat)

    def changed(self, seat: Seat) -> None:
        """Something in the room of this seat is not as it was."""
        self._news.add(seat.channel_id)

    def examine(self, now: float) -> None:
        """Judge where there is news, and now and then everywhere: silence is news that nobody brings."""
        if now - self._judged_at < self._policy.between_seconds:
            return
        everywhere = now - self._judged_all_at >= self._policy.everywhere_seconds
        seats: defaultdict[str, list[Seat]] = defaultdict(list)
        for seat in self._rooms.seats():
            if everywhere or seat.channel_id in self._news:
                seats[seat.channel_id].append(seat)
        self._news.clear()
        self._judged_at = now
        if everywhere:
            self._judged_all_at = now
        for channel_id, together in seats.items():
            self._judge(channel_id, together, now)

    def judged(self) -> list[JudgedRoom]:
        """Every room with somebody in it, and what was judged there last."""
        seats: defaultdict[str, list[Seat]] = defaultdict(list)
        for seat in self._rooms.seats():
            seats[seat.channel_id].append(seat)
        return [_judged(channel_id, together) for channel_id, together in seats.items()]

    def metrics(self) -> list[Metric]:
        """What is wrong now, and how often each verdict was passed on a pair since the start; each pair counts by direction."""
        now = Counter(trouble.code for room in self.judged() for trouble in room.troubles)
        return [
            Metric("cromulent_voice_verdicts", "gauge", "Verdicts that hold now, by direction.", by("code", now)),
            Metric("cromulent_voice_verdicts_total", "counter", "Verdicts passed.", by("code", self._passed)),
        ]

    def _judge(self, channel_id: str, seats: Iterable[Seat], now: float) -> None:
        here = {seat.id: seat for seat in seats}
        fresh = now - self._policy.fresh_seconds
        reports = {one.id: report for one in here.values() if (report := one.report_since(fresh)) is not None}
        verdicts: defaultdict[str, list[Verdict]] = defaultdict(list)
        away = {one.id for one in here.values() if one.endpoint is None or one.lease.state is not LeaseState.FRESH}
        for pair in pairs_of([seat.participant for seat in here.values()], reports, away):
            rule = judge(pair)
            if rule is not None:
                speaker, listener = pair.speaker.participant.id, pair.listener.participant.id
                verdicts[listener].append(Verdict(speaker, "incoming", rule.code, _side(rule, "listener")))
                verdicts[speaker].append(Verdict(listener, "outgoing", rule.code, _side(rule, "speaker")))
        for seat in here.values():
            self._pass(seat, tuple(verdicts[seat.id]))
            _tell(channel_id, seat)

    def _pass(self, seat: Seat, verdicts: tuple[Verdict, ...]) -> None:
        """Also on whose socket is gone: others read it, and the page is told when it is back."""
        new = [one for one in verdicts if one.direction == "incoming" and one not in seat.judged]
        self._passed.update(one.code for one in new)
        seat.judged = verdicts


def _tell(channel_id: str, seat: Seat) -> None:
    page, told = seat.told
    before = told if page is seat.endpoint else ()  # another page of the participant has been told nothing
    if seat.endpoint is None or seat.judged == before:
        return
    seat.told = (seat.endpoint, seat.judged)
    notice = VerdictsChanged(channel_id, seat.id, seat.judged)
    seat.endpoint.dispatch(notice.name, notice)


def _judged(channel_id: str, seats: Sequence[Seat]) -> JudgedRoom:
    here = {seat.id for seat in seats}
    troubles = [
        Trouble(one.participant_id, listener.id, one.code, _FAULT[one.side])
        for listener in seats
        for one in listener.judged
        if one.direction == "incoming" and one.participant_id in here
    ]
    return JudgedRoom(channel_id, tuple(seat.participant for seat in seats), tuple(troubles))


def _side(rule: Rule, reader: str) -> VerdictSide:
    """Whose side it is on, as the reader sees it."""
    if rule.side in ("network", "instance"):
        return rule.side
    return "you" if rule.side == reader else "peer"
