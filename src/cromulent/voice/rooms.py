"""Rooms: the live side of voice channels, each with one writer and a `rev` that counts every change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import structlog

from cromulent.voice.errors import NotInRoom
from cromulent.voice.model import Departure, Participant, RoomView
from cromulent.voice.notices import Notice, ParticipantJoined, ParticipantLeft, ParticipantUpdated, RoomSettled
from cromulent.voice.ports import Announce, Endpoint, Seated
from cromulent.voice.seats import Seat

log = structlog.get_logger(__name__)
REMEMBERED_DEPARTURES = 64
"""Of each room. Whoever heard somebody all the while asks within seconds of being back."""


class Room:
    """Who is in one voice channel. Each change counts `rev` up by one and is announced to the members, in that order."""

    def __init__(self, channel_id: str, announce: Announce) -> None:
        self.channel_id = channel_id
        self.rev = 0
        self._announce = announce
        self._seats: dict[str, Seat] = {}
        self._departures: dict[str, Departure] = {}
        """Who left for good lately and why; whoever was lost may yet come back."""

    def __len__(self) -> int:
        return len(self._seats)

    def __iter__(self) -> Iterator[Seat]:
        return iter(tuple(self._seats.values()))

    def find(self, participant_id: str) -> Seat | None:
        """The seat of a participant."""
        return self._seats.get(participant_id)

    def view(self, *, settled: bool) -> RoomView:
        """The roster as it is now, in the order of coming."""
        seats = sorted(self._seats.values(), key=lambda seat: seat.id)
        return RoomView(self.channel_id, self.rev, settled, tuple(seat.participant for seat in seats))

    def enter(self, seat: Seat) -> None:
        """Somebody comes."""
        self._seats[seat.id] = seat
        self._departures.pop(seat.id, None)
        self._tell(ParticipantJoined(self.channel_id, self._next_rev(), seat.participant))

    def show(self, seat: Seat, participant: Participant) -> None:
        """A participant is now like this; nothing happens when that is not new."""
        if participant != seat.participant:
            seat.participant = participant
            self._tell(ParticipantUpdated(self.channel_id, self._next_rev(), participant))

    def leave(self, seat: Seat, reason: Departure) -> None:
        """Somebody goes."""
        del self._seats[seat.id]
        seat.detach()
        self.tell_departure(seat.id, reason)

    def tell_departure(self, participant_id: str, reason: Departure) -> None:
        """Somebody is not in the room."""
        if reason is not Departure.LOST:
            self._departures[participant_id] = reason
            if len(self._departures) > REMEMBERED_DEPARTURES:
                del self._departures[next(iter(self._departures))]
        self._tell(ParticipantLeft(self.channel_id, self._next_rev(), participant_id, reason))

    def departed(self, participant_id: str) -> ParticipantLeft | None:
        """What a page is told that missed how somebody left for good; None for anybody else."""
        reason = self._departures.get(participant_id)
        return None if reason is None else ParticipantLeft(self.channel_id, self.rev, participant_id, reason)

    def settle(self) -> None:
        """Tell the members who is there: from now on who is missing has left."""
        self._tell(RoomSettled(self.channel_id, self.rev, True, self.view(settled=True).participants))

    def _next_rev(self) -> int:
        self.rev += 1
        return self.rev

    def _tell(self, notice: Notice) -> None:
        self._announce(self.channel_id, notice.name, notice)


class Rooms:
    """All rooms, and for each user the one seat they may have."""

    def __init__(self, announce: Announce, seated: Seated) -> None:
        self._announce = announce
        self._seated = seated
        self._rooms: dict[str, Room] = {}
        self._seat_of_user: dict[str, Seat] = {}
        self._settled = False

    @property
    def settled(self) -> bool:
        """Whether everybody of before the start had the time to come back."""
        return self._settled

    def settle(self) -> None:
        """The time to come back is over."""
        self._settled = True
        for room in self._rooms.values():
            room.settle()

    def room(self, channel_id: str) -> Room:
        """The room of a voice channel, which must exist; an empty one when nobody was there yet."""
        return self._rooms.setdefault(channel_id, Room(channel_id, self._announce))

    def view(self, channel_id: str) -> RoomView:
        """The roster of a voice channel, which must exist."""
        return self.room(channel_id).view(settled=self._settled)

    def views(self, channel_ids: Iterable[str]) -> list[RoomView]:
        """The rosters a page needs to see who is where: rooms with somebody in them, and those not yet settled."""
        known = [self._rooms[channel_id] for channel_id in channel_ids if channel_id in self._rooms]
        return [room.view(settled=self._settled) for room in known if len(room) or not self._settled]

    def seat_of(self, user_id: str) -> Seat | None:
        """The seat of a user, wherever it is."""
        return self._seat_of_user.get(user_id)

    def seat_held_by(self, endpoint: Endpoint) -> Seat:
        """The seat this very page speaks for. Raises `NotInRoom`."""
        seat = self._seat_of_user.get(endpoint.user_id)
        if seat is None or seat.endpoint is not endpoint:
            raise NotInRoom
        return seat

    def seats(self) -> Iterator[Seat]:
        """Every seat of every room."""
        return iter(tuple(self._seat_of_user.values()))

    def enter(self, seat: Seat) -> None:
        """Seat a user who has no seat."""
        if seat.user_id in self._seat_of_user:
            raise RuntimeError("a user has one voice: the old seat must be left first")
        self._seat_of_user[seat.user_id] = seat
        self._seated(seat.user_id, seat.channel_id)
        self.room(seat.channel_id).enter(seat)
        log.info("voice_joined", participant=seat.id, user=seat.user_id, channel=seat.channel_id)

    def show(self, seat: Seat, participant: Participant) -> None:
        """The participant of a seat is now like this."""
        self.room(seat.channel_id).show(seat, participant)

    def leave(self, seat: Seat, reason: Departure) -> None:
        """Free a seat."""
        del self._seat_of_user[seat.user_id]
        self._seated(seat.user_id, None)
        self.room(seat.channel_id).leave(seat, reason)
        log.info("voice_left", participant=seat.id, user=seat.user_id, channel=seat.channel_id, reason=reason.value)

    def leave_unseen(self, channel_id: str, participant_id: str, reason: Departure) -> None:
        """Somebody of before a restart goes without having come back: only the others still have them on their lists."""
        room = self.room(channel_id)
        if room.departed(participant_id) is None:
            room.tell_departure(participant_id, reason)
