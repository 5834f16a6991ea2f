"""A seat: what the server knows of one participant beyond what everybody may see."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from cromulent.voice.leases import Lease, LeaseState
from cromulent.voice.model import Audio, Change, Connection, Participant
from cromulent.voice.notices import SentOn, Verdict
from cromulent.voice.ports import Endpoint
from cromulent.voice.report import Report
from cromulent.voice.tokens import Claims

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """Where a participant is sent, and the page that was told so, and when, in monotonic seconds; None while there was none."""

    notice: SentOn
    page: Endpoint | None = None
    told_at: float = 0.0


class Seat:
    """The participant, the page that speaks for it (None while its socket is gone), its lease, and what it reports.

    `report` is the last one with the monotonic time it came at, `judged` the verdicts passed last, `told` those told last
    with the page they were told.
    """

    __slots__ = (
        "claims",
        "endpoint",
        "join_id",
        "judged",
        "lease",
        "participant",
        "report",
        "reported",
        "resume_token",
        "sent_on",
        "told",
    )

    def __init__(self, participant: Participant, claims: Claims, resume_token: str, join_id: str, lease: Lease) -> None:
        self.participant = participant
        self.claims = claims
        self.resume_token = resume_token
        self.join_id = join_id
        self.lease = lease
        self.reported = participant.connection
        self.endpoint: Endpoint | None = None
        self.report: tuple[float, Report] | None = None
        self.sent_on: Errand | None = None
        self.judged: tuple[Verdict, ...] = ()
        self.told: tuple[Endpoint | None, tuple[Verdict, ...]] = (None, ())

    @property
    def id(self) -> str:
        """The participant's id."""
        return self.participant.id

    @property
    def user_id(self) -> str:
        """Whose voice it is."""
        return self.participant.user_id

    @property
    def channel_id(self) -> str:
        """The channel of its room."""
        return self.claims.channel_id

    def attach(self, endpoint: Endpoint, ping_seconds: float, now: float) -> None:
        """From now on this page speaks for the participant: the newest connection with the token wins at once."""
        if self.endpoint is not endpoint:
            self.detach()
        self.endpoint = endpoint
        endpoint.set_ping_interval(ping_seconds)
        self.lease.refresh(now)

    def detach(self) -> None:
        """Nobody speaks for the participant at the moment; its lease goes on."""
        if self.endpoint is not None:
            self.endpoint.set_ping_interval(None)
            self.endpoint = None

    def listen(self) -> None:
        """Take note of the last byte of its socket."""
        if self.endpoint is not None:
            self.lease.hear(self.endpoint.heard_at)

    def pass_on(self, now: float) -> None:
        """Tell the page where it is sent; each page of the participant anew, until a byte has come from one that was told."""
        if self.sent_on is None or self.endpoint is None:
            return
        if self.sent_on.page is not self.endpoint:
            self.sent_on = Errand(self.sent_on.notice, self.endpoint, now)
            self.endpoint.dispatch(self.sent_on.notice.name, self.sent_on.notice)
        elif self.endpoint.heard_at > self.sent_on.told_at:
            self.sent_on = None

    def report_since(self, instant: float) -> Report | None:
        """What its page said last, unless that was before this monotonic instant."""
        return self.report[1] if self.report is not None and self.report[0] >= instant else None

    def after(self, change: Change) -> Participant:
        """Remember what the page says about itself; the participant as it is to be shown then."""
        if change.connection is not None:
            self.reported = change.connection
        now = self.participant
        audio = Audio(
            muted=now.muted if change.muted is None else change.muted,
            deafened=now.deafened if change.deafened is None else change.deafened,
            sends_audio=now.sends_audio if change.sends_audio is None else change.sends_audio,
        )
        return replace(self._shown(), muted=audio.muted, deafened=audio.deafened, sends_audio=audio.sends_audio)

    def after_examination(self, now: float) -> Participant | None:
        """Let time have its effect on the lease; the participant as it is to be shown then, None when the lease has ended."""
        before = self.lease.state
        self.listen()
        if self.lease.examine(now) is not before:
            log.info("voice_lease", participant=self.id, user=self.user_id, state=self.lease.state.value)
        return None if self.lease.state is LeaseState.ENDED else self._shown()

    def _shown(self) -> Participant:
        """Silence of the socket is shown as reconnecting, whatever the page said last."""
        silent = self.lease.state is not LeaseState.FRESH
        return replace(self.participant, connection=Connection.RECONNECTING if silent else self.reported)
