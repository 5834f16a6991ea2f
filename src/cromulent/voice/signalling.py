"""Signalling: what one participant says to one other of the same room, within limits, stamped with who said it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from cromulent.kernel.clock import Clock
from cromulent.voice.addresses import Cut, relayed_only, without_addresses
from cromulent.voice.errors import Gone, SignalTooLarge
from cromulent.voice.hidden import HiddenUsers
from cromulent.voice.mailbox import Mailbox
from cromulent.voice.model import Candidate, Candidates, Description, Signal, SignalBody
from cromulent.voice.notices import SignalReceived
from cromulent.voice.policy import SignalPolicy
from cromulent.voice.rooms import Rooms
from cromulent.voice.seats import Seat

_SMALL_SIGNAL_BYTES = 200
"""About what a signal weighs without its description or candidates."""


@dataclass(slots=True)
class SignalCounts:
    """What the limits have cost since the start, and hiding addresses: for the diagnostics of an operator."""

    delivered: int = 0
    queued: int = 0
    descriptions_dropped: int = 0
    candidates_dropped: int = 0
    candidates_hidden: int = 0
    queue_overflows: int = 0


class Signalling:
    """Delivers signals. What exceeds a limit is dropped and counted; the link between the two lives on."""

    def __init__(self, rooms: Rooms, hidden: HiddenUsers, policy: SignalPolicy, clock: Clock) -> None:
        self.counts = SignalCounts()
        self._rooms = rooms
        self._hidden = hidden
        self._policy = policy
        self._mailbox = Mailbox(policy, clock)
        self._candidates_sent: OrderedDict[tuple[str, str, int, int], int] = OrderedDict()

    def send(self, sender: Seat, signal: Signal) -> None:
        """Pass a signal on. Raises `Gone`, or `SignalTooLarge` for a description beyond its limit."""
        addressee = self._rooms.room(sender.channel_id).find(signal.to)
        if addressee is None and self._rooms.settled:
            raise Gone
        limited = self._within_limits(sender, signal)
        told = limited and self._from_hidden(sender, limited.body)
        body = told and self._to_hidden(addressee, told)
        if body is None:
            return
        notice = SignalReceived(
            channel_id=sender.channel_id,
            sender=sender.id,
            to=signal.to,
            generation=signal.generation,
            negotiation_id=signal.negotiation_id,
            body=body,
        )
        if addressee is not None and addressee.endpoint is not None:
            addressee.endpoint.dispatch(notice.name, notice)
            self.counts.delivered += 1
        elif self._mailbox.keep(notice, _size_of(body)):
            self.counts.queued += 1
        else:
            self.counts.queue_overflows += 1

    def deliver_waiting(self, seat: Seat) -> None:
        """Hand over what came while the participant was away."""
        for notice in self._mailbox.take(seat.channel_id, seat.id):
            body = self._to_hidden(seat, notice.body)
            if seat.endpoint is not None and body is not None:
                seat.endpoint.dispatch(notice.name, replace(notice, body=body))
                self.counts.delivered += 1

    def _from_hidden(self, sender: Seat, body: SignalBody) -> SignalBody | None:
        """Their page should tell nobody their address; here it is made sure."""
        return self._counted(without_addresses(body)) if self._hidden.has(sender.user_id) else body

    def _to_hidden(self, addressee: Seat | None, body: SignalBody) -> SignalBody | None:
        """Who is not back yet after a restart gets this when they are."""
        hides = addressee is not None and self._hidden.has(addressee.user_id)
        return self._counted(relayed_only(body)) if hides else body

    def _counted(self, cut: Cut) -> SignalBody | None:
        self.counts.candidates_hidden += cut.candidates
        return cut.body

    def _within_limits(self, sender: Seat, signal: Signal) -> Signal | None:
        if isinstance(signal.body, Description) and len(signal.body.sdp.encode()) > self._policy.description_bytes:
            self.counts.descriptions_dropped += 1
            raise SignalTooLarge
        if not isinstance(signal.body, Candidates):
            return signal
        kept = self._candidates_within_limits(sender, signal, signal.body.candidates)
        self.counts.candidates_dropped += len(signal.body.candidates) - len(kept)
        return replace(signal, body=Candidates(kept)) if kept else None

    def _candidates_within_limits(
        self, sender: Seat, signal: Signal, candidates: tuple[Candidate, ...]
    ) -> tuple[Candidate, ...]:
        small = [candidate for candidate in candidates if _candidate_size(candidate) <= self._policy.candidate_bytes]
        negotiation = (sender.id, signal.to, signal.generation, signal.negotiation_id)
        sent = self._candidates_sent.pop(negotiation, 0)
        kept = tuple(small[: max(0, self._policy.candidates_per_negotiation - sent)])
        self._candidates_sent[negotiation] = sent + len(kept)
        if len(self._candidates_sent) > self._policy.negotiations_remembered:
            self._candidates_sent.popitem(last=False)
        return kept


def _candidate_size(candidate: Candidate) -> int:
    strings = (candidate.candidate, candidate.sdp_mid or "", candidate.username_fragment or "")
    return sum(len(text.encode()) for text in strings)


def _size_of(body: SignalBody) -> int:
    if isinstance(body, Description):
        return _SMALL_SIGNAL_BYTES + len(body.sdp.encode())
    if isinstance(body, Candidates):
        return _SMALL_SIGNAL_BYTES + sum(map(_candidate_size, body.candidates))
    return _SMALL_SIGNAL_BYTES
