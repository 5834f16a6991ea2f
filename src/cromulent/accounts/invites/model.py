"""What an invite is, and when it lets somebody in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cromulent.accounts.model import User
from cromulent.kernel.errors import InvalidInput

LIVES = (timedelta(minutes=1), timedelta(days=365))
MOST_USES = 1000


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that makes accounts, without its secret. None is no end in time, or in number."""

    id: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    max_uses: int | None
    revoked_at: datetime | None
    uses: int = 0

    def is_open(self, now: datetime) -> bool:
        """Whether it lets somebody in."""
        used_up = self.max_uses is not None and self.uses >= self.max_uses
        return self.revoked_at is None and not used_up and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class InviteTerms:
    """How long and how often an invite is to be good: make it with `checked_terms`."""

    life: timedelta | None
    max_uses: int | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came through an invite."""

    user: User
    used_at: datetime


def checked_terms(expires_in_seconds: int | None, max_uses: int | None) -> InviteTerms:
    """Terms within reason; None for no end. Raises `InvalidInput`, naming the `field`."""
    shortest, longest = (int(life.total_seconds()) for life in LIVES)
    if expires_in_seconds is not None and not shortest <= expires_in_seconds <= longest:
        raise InvalidInput("An invite lasts a minute to a year.", detail={"field": "expires_in_seconds"})
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        raise InvalidInput(f"An invite is good for 1 to {MOST_USES} people.", detail={"field": "max_uses"})
    return InviteTerms(None if expires_in_seconds is None else timedelta(seconds=expires_in_seconds), max_uses)
