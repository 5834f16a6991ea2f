"""The room's matrix: for each ordered pair of participants what both ends say, as the rules read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cromulent.voice.model import Participant
from cromulent.voice.report import LinkReason, PeerReport, Report

LOSSY_PERCENT = 10
"""In-band FEC conceals what is lost up to about here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody fares with the others of the room, whoever the other end of the pair is. Counts of people."""

    others: int = 0
    hears: int = 0
    heard_by: int = 0
    loses_from: int = 0
    loses_to: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """One end of a pair. `report` is None when none has come lately, `seen` what it says of the other end.

    `away`: its socket is gone or silent. That its page calls itself reconnecting says only that it misses somebody's sound.
    """

    participant: Participant
    report: Report | None
    seen: PeerReport | None
    standing: Standing = Standing()
    away: bool = False

    @property
    def receives(self) -> bool:
        """The other end's packets come."""
        return self.seen is not None and self.seen.received_per_second > 0

    @property
    def misses(self) -> bool:
        """The other end was to be heard by now and is not; a rate of nothing on a link that has just come says nothing yet."""
        return self.seen is not None and not self.receives and self.seen.link not in ("connecting", "ok")

    @property
    def sends(self) -> bool:
        """It sends packets to the other end."""
        return self.seen is not None and self.seen.sent_per_second > 0

    def says(self, *reasons: LinkReason) -> bool:
        """It gives one of these reasons for its link."""
        return self.seen is not None and self.seen.reason in reasons


@dataclass(frozen=True, slots=True)
class Pair:
    """The way of one person's sound to another."""

    speaker: End
    listener: End

    @property
    def arrives(self) -> bool:
        """The speaker's packets come to the listener."""
        return self.listener.receives


def pairs_of(
    participants: Sequence[Participant], reports: Mapping[str, Report], away: Collection[str] = ()
) -> Iterator[Pair]:
    """Every ordered pair of a room; `reports` are those that are fresh, by participant id; `away` the ids of those who are."""
    seen = {one: {peer.participant_id: peer for peer in report.peers} for one, report in reports.items()}
    standings = _standings(participants, seen)

    def end(one: Participant, other: Participant) -> End:
        view = seen.get(one.id, {}).get(other.id)
        return End(one, reports.get(one.id), view, standings[one.id], one.id in away)

    for speaker in participants:
        for listener in participants:
            if speaker.id != listener.id:
                yield Pair(end(speaker, listener), end(listener, speaker))


def _standings(
    participants: Sequence[Participant], seen: Mapping[str, Mapping[str, PeerReport]]
) -> dict[str, Standing]:
    """Counted among those who send and report: nobody else's silence says anything."""
    counted = [one.id for one in participants if one.sends_audio and one.id in seen]
    return {one.id: _standing(one.id, [other for other in counted if other != one.id], seen) for one in participants}


def _standing(one: str, others: Sequence[str], seen: Mapping[str, Mapping[str, PeerReport]]) -> Standing:
    here = [peer for other in others if (peer := seen.get(one, {}).get(other)) is not None]
    there = [peer for other in others if (peer := seen[other].get(one)) is not None]
    return Standing(
        others=len(others),
        hears=sum(peer.received_per_second > 0 for peer in here),
        heard_by=sum(peer.received_per_second > 0 for peer in there),
        loses_from=sum(peer.loss_percent >= LOSSY_PERCENT for peer in here),
        loses_to=sum(peer.loss_percent >= LOSSY_PERCENT for peer in there),
    )
