"""Voice rooms: who is in which, who may be, and what they tell each other. The public face of voice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

import structlog

from cromulent.accounts import UserSettings
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import DomainError, NotFound
from cromulent.kernel.facts import Fact
from cromulent.kernel.metrics import Metric, one
from cromulent.voice.access import Admission
from cromulent.voice.attempts import Attempts
from cromulent.voice.board import Board, JudgedRoom
from cromulent.voice.counts import VoiceCounts
from cromulent.voice.errors import Gone, InvalidResumeToken, VoiceDisabled
from cromulent.voice.hidden import ChosenSettings, HiddenUsers
from cromulent.voice.ice import IceServers
from cromulent.voice.joining import Joining, JoiningParts
from cromulent.voice.model import Change, Departure, IceOffer, Joined, JoinRequest, RoomView, Signal
from cromulent.voice.mutes import Mutes
from cromulent.voice.notices import Kicked, SentOn
from cromulent.voice.policy import VoicePolicy
from cromulent.voice.ports import Announce, ChannelGate, Endpoint, Seated
from cromulent.voice.questions import HolderQuestions, StallProbes
from cromulent.voice.reactions import react
from cromulent.voice.report import Report
from cromulent.voice.revocations import RevocationLedger, Revocations
from cromulent.voice.rooms import Rooms
from cromulent.voice.seats import Errand, Seat
from cromulent.voice.signalling import SignalCounts, Signalling
from cromulent.voice.tokens import TokenSigner

log = structlog.get_logger(__name__)


async def _nothing_chosen(user_id: str) -> UserSettings:  # noqa: ARG001 - a `ChosenSettings`
    return UserSettings()


@dataclass(frozen=True, slots=True)
class VoicePorts:
    """What voice is connected to."""

    announce: Announce
    gate: ChannelGate
    voice_enabled: Callable[[], bool]
    ledger: RevocationLedger
    ice: IceServers
    seated: Seated = lambda user_id, channel_id: None
    chosen: ChosenSettings = _nothing_chosen


class VoiceService:
    """All of it runs in the event loop; `tick` must be called every `policy.tick_seconds`."""

    def __init__(self, ports: VoicePorts, secret_key: bytes, clock: Clock, policy: VoicePolicy | None = None) -> None:
        self._policy = policy or VoicePolicy()
        self._clock = clock
        self._started_at = self._ticked_at = clock.monotonic()
        self._counts = VoiceCounts(clock)
        self._rooms = Rooms(self._counts.reading(ports.announce), ports.seated)
        self._admission = Admission(ports.gate, ports.voice_enabled)
        self._tokens = TokenSigner(secret_key)
        self._revocations = Revocations(ports.ledger)
        self._questions = HolderQuestions(clock, self._policy.answer_seconds)
        self._probes = StallProbes(clock, self._policy.answer_seconds)
        hidden = HiddenUsers(ports.chosen)
        self._signalling = Signalling(self._rooms, hidden, self._policy.signals, clock)
        self._board = Board(self._rooms, self._policy.verdicts)
        self._parts = JoiningParts(
            rooms=self._rooms,
            admission=self._admission,
            tokens=self._tokens,
            revocations=self._revocations,
            ice=ports.ice,
            questions=self._questions,
            signalling=self._signalling,
            attempts=Attempts(),
            mutes=Mutes(),
            hidden=hidden,
        )
        self._joining = Joining(self._parts, self._policy, clock)

    # --- commands of a page ---

    async def join(self, endpoint: Endpoint, request: JoinRequest, host: str) -> Joined:
        """Let a page into a room; see `docs/voice.md`. `host` is the host the page was loaded from, without a port.

        Raises `VoiceDisabled`, `NotFound`, `NotVoiceChannel`, `InvalidResumeToken`, `ChannelFull`, `AlreadyInChannel`,
        `Superseded`, `WasKicked`.
        """
        try:
            joined = await self._joining.join(endpoint, request, host)
        except DomainError as refusal:
            self._counts.refused(refusal.code)
            raise
        self._counts.joined(joined.participant_id, resumed=request.resume_token is not None)
        return joined

    async def leave(self, user_id: str, participant_id: str, resume_token: str) -> None:
        """Goodbye: gone at once, and the token is void when this returns. Raises `InvalidResumeToken`."""
        claims = self._tokens.read(resume_token)
        if (claims.user_id, claims.participant_id) != (user_id, participant_id):
            raise InvalidResumeToken
        ended_already = await self._revocations.how_ended(claims)
        seat = self._rooms.seat_of(user_id)
        if seat is not None and seat.id == participant_id:
            self._rooms.leave(seat, Departure.LEFT)
        elif not self._rooms.settled and ended_already is None:
            self._rooms.leave_unseen(claims.channel_id, participant_id, Departure.LEFT)
        await self._revocations.revoke(claims, Departure.LEFT)

    def update(self, endpoint: Endpoint, change: Change) -> None:
        """Something about the page's own participant has changed. Raises `NotInRoom`."""
        seat = self._rooms.seat_held_by(endpoint)
        self._rooms.show(seat, seat.after(change))
        self._board.changed(seat)

    def signal(self, endpoint: Endpoint, signal: Signal) -> None:
        """Pass a signal on to its addressee. Raises `NotInRoom`, `Gone`, `SignalTooLarge`."""
        self._signalling.send(self._rooms.seat_held_by(endpoint), signal)
        self._counts.signalled(signal)

    def heard(self, endpoint: Endpoint, participant_ids: Iterable[str]) -> None:
        """Those participants sound though their sockets are silent: their leases go on. Raises `NotInRoom`.

        Who left for good while the reporter was away is named to it: no browser that was put out goes on being heard.
        """
        reporter = self._rooms.seat_held_by(endpoint)
        room = self._rooms.room(reporter.channel_id)
        for participant_id in participant_ids:
            seat = room.find(participant_id)
            if seat is not None and seat is not reporter:
                seat.lease.renew(self._clock.monotonic())
            elif departed := room.departed(participant_id):
                endpoint.dispatch(departed.name, departed)

    def report(self, endpoint: Endpoint, report: Report) -> None:
        """What the page sees of its call, for the verdict. Raises `NotInRoom`."""
        seat = self._rooms.seat_held_by(endpoint)
        before = seat.report and seat.report[1]
        self._board.report(seat, report, self._clock.monotonic())
        if seat.report is not None:
            self._counts.reported(seat.id, before, seat.report[1])

    async def report_stall(self, endpoint: Endpoint, participant_id: str) -> bool:
        """Somebody's packets have stopped: is their socket alive? If not, the roster says so. Raises `NotInRoom`, `Gone`."""
        reporter = self._rooms.seat_held_by(endpoint)
        seat = self._rooms.room(reporter.channel_id).find(participant_id)
        if seat is None:
            raise Gone
        present = await self._probes.is_present(seat)
        self._counts.stalled(present=present)
        if not present and self._rooms.seat_of(seat.user_id) is seat:
            seat.lease.fall_silent(self._clock.monotonic())
            self._examine(seat)
        return present

    def answer(self, endpoint: Endpoint, ask_id: str) -> None:
        """The page that was asked whether anybody is there says yes."""
        self._questions.answer(endpoint.user_id, ask_id)

    async def room(self, user_id: str, channel_id: str) -> RoomView:
        """The roster of a voice channel, for one of its members. Raises `VoiceDisabled`, `NotFound`, `NotVoiceChannel`."""
        channel = await self._admission.access_voice_channel(user_id, channel_id)
        return self._rooms.view(channel.id)

    async def ice_servers(self, user_id: str, host: str) -> IceOffer:
        """Fresh ICE servers. Raises `VoiceDisabled`."""
        self._admission.check_voice_is_on()
        return await self._parts.ice.offer(user_id, host)

    # --- news from the gateway and the domains ---

    def endpoint_closed(self, endpoint: Endpoint) -> None:
        """A connection is gone. Its participant stays until the lease ends: sound may well go on."""
        self._parts.attempts.give_up(endpoint)
        seat = self._rooms.seat_of(endpoint.user_id)
        if seat is not None and seat.endpoint is endpoint:
            seat.listen()
            seat.detach()

    def after_commit(self, fact: Fact) -> None:
        """React to what has happened elsewhere."""
        react(self, fact)

    def evict(self, user_id: str, reason: str, *, channel_id: str | None = None) -> None:
        """Put a user out of a channel, or of wherever they are: they have lost the right. `reason` is a code for the page."""
        self._parts.attempts.refuse_user(user_id, NotFound(), channel_id=channel_id)
        seat = self._rooms.seat_of(user_id)
        if seat is not None and channel_id in (None, seat.channel_id):
            self._put_out(seat, reason)
        elif channel_id is not None and not self._rooms.settled:  # they may be about to come back
            self._revocations.revoke_all(user_id, channel_id, self._clock.now(), Departure.KICKED)

    def send_on(self, user_id: str, channel_id: str, to_channel_id: str) -> None:
        """Tell the page of a user who is in a channel to go to another one; one whose socket is gone, when it is back."""
        seat = self._rooms.seat_of(user_id)
        if seat is not None and seat.channel_id == channel_id:
            seat.sent_on = Errand(SentOn(channel_id, seat.id, to_channel_id))
            seat.pass_on(self._clock.monotonic())

    def set_muted(self, user_id: str, channel_id: str, *, muted: bool) -> None:
        """An administrator has muted or un-muted a user in a channel. The pages of all who are there see to it."""
        self._parts.mutes.set(user_id, channel_id, muted=muted)
        seat = self._rooms.seat_of(user_id)
        if seat is not None and seat.channel_id == channel_id:
            self._rooms.show(seat, replace(seat.participant, muted_by_administrator=muted))
            self._board.changed(seat)

    def forget_channel(self, channel_id: str) -> None:
        """A channel is gone."""
        self._parts.mutes.forget_channel(channel_id)

    def settings_chosen(self, user_id: str, settings: UserSettings) -> None:
        """A user has chosen something: from now on their address is hidden, or is not."""
        self._parts.hidden.hear(user_id, settings)

    def end_login_session(self, login_session_id: str, user_id: str) -> None:
        """The login a call stands on has ended, and so does the call."""
        self._parts.attempts.refuse_login(login_session_id, NotFound())
        seat = self._rooms.seat_of(user_id)
        if seat is not None and seat.claims.login_session_id == login_session_id:
            self._put_out(seat, "login_session_ended")

    def switch_off(self) -> None:
        """Voice is switched off: every call ends."""
        refusal: DomainError = VoiceDisabled()
        self._parts.attempts.refuse_all(refusal)
        for seat in self._rooms.seats():
            self._put_out(seat, refusal.code)

    # --- rosters and time ---

    def expect_rooms(self, channel_ids: Collection[str]) -> None:
        """At the start: the voice channels there are. Until the rooms settle, their rosters say that they have not."""
        for channel_id in channel_ids:
            self._rooms.room(channel_id)

    def expect_mutes(self, mutes: Iterable[tuple[str, str]]) -> None:
        """At the start: the (user id, channel id) of who is muted by an administrator."""
        self._parts.mutes.expect(mutes)

    def rooms_of(self, channel_ids: Iterable[str]) -> list[RoomView]:
        """For a snapshot: the rooms among these channels that have somebody in them, or have not settled."""
        return self._rooms.views(channel_ids)

    def judged_rooms(self) -> list[JudgedRoom]:
        """Every call there is, with what is wrong in it."""
        return self._board.judged()

    def metrics(self) -> list[Metric]:
        """What has happened since the start, in numbers."""
        seats = list(self._rooms.seats())
        fresh = self._clock.monotonic() - self._policy.verdicts.fresh_seconds
        reports = [report for seat in seats if (report := seat.report_since(fresh)) is not None]
        about_calls = self._counts.metrics((seat.participant for seat in seats), reports, self._parts.ice)
        hidden = one(self._signalling.counts.candidates_hidden)
        about_hiding = Metric(
            "cromulent_voice_candidates_hidden_total", "counter", "Candidates kept back for relay only.", hidden
        )
        return [*about_calls, about_hiding, *self._board.metrics()]

    @property
    def signal_counts(self) -> SignalCounts:
        """What signalling has delivered and dropped since the start."""
        return self._signalling.counts

    @property
    def tick_seconds(self) -> float:
        """How often `tick` is to be called."""
        return self._policy.tick_seconds

    def tick(self) -> None:
        """Let time have its effect on leases, questions and the start's grace."""
        now = self._clock.monotonic()
        late = now - self._ticked_at - self._policy.tick_seconds
        self._ticked_at = now
        if late > self._policy.late_tick_seconds:
            self._forgive(late)
        self._probes.examine(now)
        self._questions.examine(now)
        for seat in self._rooms.seats():
            self._examine(seat)
        self._board.examine(now)
        if not self._rooms.settled and now - self._started_at >= self._policy.settle_seconds:
            self._rooms.settle()

    async def close(self) -> None:
        """Wait until everything that must outlive the process is stored."""
        await self._revocations.close()

    def _examine(self, seat: Seat) -> None:
        now = self._clock.monotonic()
        participant = seat.after_examination(now)
        seat.pass_on(now)
        if participant is None:
            self._rooms.leave(seat, Departure.LOST)
        else:
            self._rooms.show(seat, participant)

    def _forgive(self, late: float) -> None:
        log.warning("voice_tick_late", seconds=round(late, 2))
        self._started_at += late
        self._questions.forgive(late)
        self._probes.forgive(late)
        for seat in self._rooms.seats():
            seat.lease.forgive(late)

    def _put_out(self, seat: Seat, reason: str) -> None:
        if seat.endpoint is not None:
            notice = Kicked(seat.channel_id, seat.id, reason)
            seat.endpoint.dispatch(notice.name, notice)
        self._rooms.leave(seat, Departure.KICKED)
        self._revocations.revoke(seat.claims, Departure.KICKED)
