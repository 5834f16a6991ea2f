"""Joining: one way in for a first join, a resume, a switch of channel and "Move here". One user has one voice.

Everything that waits comes first; from the last check to the seat nothing is awaited, so nothing can come between.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import DomainError
from cromulent.kernel.ids import new_id
from cromulent.voice.access import Admission
from cromulent.voice.attempts import Attempt, Attempts
from cromulent.voice.errors import AlreadyInChannel, ChannelFull, InvalidResumeToken, Superseded, WasKicked
from cromulent.voice.hidden import HiddenUsers
from cromulent.voice.ice import IceServers
from cromulent.voice.leases import Lease
from cromulent.voice.model import Audio, Change, Connection, Departure, Joined, JoinRequest, Participant
from cromulent.voice.mutes import Mutes
from cromulent.voice.notices import CallSuperseded
from cromulent.voice.policy import VoicePolicy
from cromulent.voice.ports import Endpoint
from cromulent.voice.questions import HolderQuestions
from cromulent.voice.revocations import Revocations
from cromulent.voice.rooms import Rooms
from cromulent.voice.seats import Seat
from cromulent.voice.signalling import Signalling
from cromulent.voice.tokens import Claims, TokenSigner

_REFUSALS: dict[Departure, type[DomainError]] = {Departure.LEFT: InvalidResumeToken, Departure.KICKED: WasKicked}
"""What the token of an ended call is answered; a page may join afresh by itself only after `InvalidResumeToken`."""


@dataclass(frozen=True, slots=True)
class JoiningParts:
    """What joining is made of."""

    rooms: Rooms
    admission: Admission
    tokens: TokenSigner
    revocations: Revocations
    ice: IceServers
    questions: HolderQuestions
    signalling: Signalling
    attempts: Attempts
    mutes: Mutes
    hidden: HiddenUsers


class Joining:
    """The use case of `voice.join`."""

    def __init__(self, parts: JoiningParts, policy: VoicePolicy, clock: Clock) -> None:
        self._parts = parts
        self._rooms = parts.rooms
        self._policy = policy
        self._clock = clock

    async def join(self, endpoint: Endpoint, request: JoinRequest, host: str) -> Joined:
        """Let a page in, or raise why not; a refusal leaves everything as it was. `host` is where the page was loaded from."""
        with self._parts.attempts.begin(endpoint, request) as attempt:
            attempt.claims = self._claims(attempt)
            await self._admit(attempt)
            await self._parts.hidden.learn(endpoint.user_id)
            ice = await self._parts.ice.offer(endpoint.user_id, host)
            await self._clear_the_way(attempt)
            seat = self._take_seat(attempt)
        return Joined(seat.id, seat.resume_token, self._rooms.view(seat.channel_id), ice)

    # --- may it? ---

    def _claims(self, attempt: Attempt) -> Claims | None:
        """What the resume token says. A page that takes the call over needs none, so a bad one does not stop it."""
        token = attempt.request.resume_token
        if token is None or self._own_seat(attempt) is not None:
            return None
        try:
            claims = self._parts.tokens.read(token)
            if (claims.user_id, claims.login_session_id) != _login_of(attempt.endpoint):
                raise InvalidResumeToken
        except InvalidResumeToken:
            if attempt.request.takeover:
                return None
            raise
        return claims

    def _own_seat(self, attempt: Attempt) -> Seat | None:
        """The seat this join is about already: made by the same `join_id` or named by the token."""
        seat = self._rooms.seat_of(attempt.endpoint.user_id)
        if seat is None or seat.channel_id != attempt.request.channel_id:
            return None
        named = attempt.claims is not None and attempt.claims.participant_id == seat.id
        repeated = seat.join_id == attempt.request.join_id
        same_login = seat.claims.login_session_id == attempt.endpoint.login_session_id
        return seat if named or (repeated and same_login) else None

    async def _admit(self, attempt: Attempt) -> None:
        """Rights, the token's standing, the room's limit. To be asked again after every wait."""
        request, user_id = attempt.request, attempt.endpoint.user_id
        channel = await self._parts.admission.access_voice_channel(user_id, request.channel_id)
        attempt.void_before = await self._parts.revocations.void_before(user_id, request.channel_id)
        await self._check_standing(attempt)
        attempt.check()
        returns = attempt.claims is not None and attempt.claims.channel_id == request.channel_id
        if returns or self._own_seat(attempt) is not None:
            return
        others = sum(1 for seat in self._rooms.room(request.channel_id) if seat.user_id != user_id)
        if others >= min(self._policy.room_limit, channel.user_limit or self._policy.room_limit):
            raise ChannelFull

    async def _check_standing(self, attempt: Attempt) -> None:
        """The token of a call that was ended on purpose is worth nothing; a page that takes the call over needs none."""
        ended = None if attempt.claims is None else await self._parts.revocations.how_ended(attempt.claims)
        if attempt.claims is None or ended is None:
            return
        if ended is Departure.KICKED and not self._rooms.settled:
            self._rooms.leave_unseen(attempt.claims.channel_id, attempt.claims.participant_id, ended)
        if not attempt.request.takeover:
            raise _REFUSALS.get(ended, Superseded)
        attempt.claims = None

    # --- is the user's voice somewhere else? ---

    async def _clear_the_way(self, attempt: Attempt) -> None:
        """Ask the page that holds the user's voice. Raises `AlreadyInChannel` when it answers, `Superseded`."""
        silent: list[Endpoint] = []
        while True:
            await self._admit(attempt)
            holder = self._holder_to_ask(attempt)
            asked = None if holder is None else holder.endpoint
            if holder is None or asked is None or any(asked is one for one in silent):
                return
            if await self._parts.questions.ask(asked) and self._rooms.seat_of(holder.user_id) is holder:
                detail = {"channel_id": holder.channel_id, "device": holder.participant.device}
                raise AlreadyInChannel(detail=detail)
            silent.append(asked)

    def _holder_to_ask(self, attempt: Attempt) -> Seat | None:
        """The seat that stands in the way and is not this page's own. Raises `Superseded` when a newer call of the user stands."""
        current = self._rooms.seat_of(attempt.endpoint.user_id)
        if current is None or attempt.request.takeover or self._is_mine(attempt, current):
            return None
        claims = attempt.claims
        if claims is None:
            return current
        if claims.participant_id > current.id:
            return None
        if claims.channel_id == attempt.request.channel_id:
            raise Superseded
        return current

    def _is_mine(self, attempt: Attempt, seat: Seat) -> bool:
        """Whether this very page holds the seat: by its socket, by its token, by its `join_id`."""
        named = attempt.claims is not None and attempt.claims.participant_id == seat.id
        return named or seat.endpoint is attempt.endpoint or seat is self._own_seat(attempt)

    # --- the seat: nothing is awaited from here on ---

    def _take_seat(self, attempt: Attempt) -> Seat:
        seat = self._own_seat(attempt)
        if seat is None:
            audio = self._audio(attempt)
            seat = self._new_seat(attempt, audio, ended=self._leave_old_seat(attempt))
            seat.attach(attempt.endpoint, self._policy.ping_seconds, self._clock.monotonic())
            self._rooms.enter(seat)
        else:
            seat.attach(attempt.endpoint, self._policy.ping_seconds, self._clock.monotonic())
            self._rooms.show(seat, seat.after(_said_anew(attempt.request, seat)))
            seat.join_id = attempt.request.join_id
        self._parts.signalling.deliver_waiting(seat)
        return seat

    def _audio(self, attempt: Attempt) -> Audio:
        """A call that is moved stays muted and deafened as it was: nobody may hear what its old page did not send."""
        audio, held = attempt.request.audio, self._rooms.seat_of(attempt.endpoint.user_id)
        if held is None or not attempt.request.takeover or self._is_mine(attempt, held):
            return audio
        return replace(audio, muted=held.participant.muted, deafened=held.participant.deafened)

    def _leave_old_seat(self, attempt: Attempt) -> Seat | None:
        """Left comes before joined. The seat that was left, if there was one."""
        current = self._rooms.seat_of(attempt.endpoint.user_id)
        if current is None:
            self._leave_seat_of_before_restart(attempt)
            return None
        mine = self._is_mine(attempt, current)
        if current.endpoint is not None and not mine:
            notice = CallSuperseded(current.channel_id, current.id, attempt.endpoint.device)
            current.endpoint.dispatch(notice.name, notice)
        moves = attempt.request.takeover or (mine and current.channel_id != attempt.request.channel_id)
        reason = Departure.MOVED if moves else Departure.REPLACED
        self._rooms.leave(current, reason)
        self._parts.revocations.revoke(current.claims, reason)
        return current

    def _leave_seat_of_before_restart(self, attempt: Attempt) -> None:
        """A switch by a page that had not come back yet: the others may still have it on their list of the old room."""
        claims = attempt.claims
        if claims is None or claims.channel_id == attempt.request.channel_id:
            return
        self._parts.revocations.revoke(claims, Departure.MOVED)
        if not self._rooms.settled:
            self._rooms.leave_unseen(claims.channel_id, claims.participant_id, Departure.MOVED)

    def _new_seat(self, attempt: Attempt, audio: Audio, *, ended: Seat | None) -> Seat:
        endpoint, request, claims = attempt.endpoint, attempt.request, attempt.claims
        restores = claims is not None and claims.channel_id == request.channel_id
        if claims is not None and restores and (ended is None or claims.participant_id > ended.id):
            token = request.resume_token or self._parts.tokens.sign(claims)
        else:
            claims = self._new_claims(attempt, ended)
            token = self._parts.tokens.sign(claims)
        participant = Participant(
            id=claims.participant_id,
            user_id=endpoint.user_id,
            device=endpoint.device,
            muted=audio.muted,
            deafened=audio.deafened,
            sends_audio=audio.sends_audio,
            connection=Connection.CONNECTING,
            muted_by_administrator=self._parts.mutes.has(endpoint.user_id, claims.channel_id),
        )
        lease = Lease(self._policy.leases, self._clock.monotonic())
        return Seat(participant, claims, token, request.join_id, lease)

    def _new_claims(self, attempt: Attempt, ended: Seat | None) -> Claims:
        instant = self._parts.revocations.instant_of_issue(
            self._clock.now(), attempt.void_before, *(() if ended is None else (ended.claims,))
        )
        return Claims(
            participant_id=new_id(),
            user_id=attempt.endpoint.user_id,
            channel_id=attempt.request.channel_id,
            login_session_id=attempt.endpoint.login_session_id,
            issued_at=instant,
        )


def _said_anew(request: JoinRequest, seat: Seat) -> Change:
    """What a returning page says of its sound. A repeated join says nothing new: since it was sent the seat may know better."""
    if request.join_id == seat.join_id:
        return Change()
    audio = request.audio
    return Change(muted=audio.muted, deafened=audio.deafened, sends_audio=audio.sends_audio)


def _login_of(endpoint: Endpoint) -> tuple[str, str]:
    return endpoint.user_id, endpoint.login_session_id
