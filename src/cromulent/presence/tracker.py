"""Who is online: anybody with a connection, and whoever lost the last one a moment ago."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cromulent.kernel.clock import Clock
from cromulent.presence.policy import GRACE_SECONDS, MAX_ANNOUNCED, SETTLING_SECONDS


class Announcer(Protocol):
    """How everybody hears of presence."""

    def changed(self, online: Sequence[str], offline: Sequence[str]) -> None:
        """These user ids came online and those went offline."""
        ...

    def settled(self, online: Sequence[str]) -> None:
        """Once after a start: these user ids are online, and whoever is not among them has not come back."""
        ...


class PresenceTracker:
    """Counts connections and tells of changes at every `tick`, called about once a second, in one announcement.

    Memory only: after a start everybody comes back by connecting again. Until that has settled absence is not departure.
    """

    def __init__(self, clock: Clock, announcer: Announcer) -> None:
        self._clock = clock
        self._announcer = announcer
        self._started_at = clock.monotonic()
        self._settled = False
        self._connections: dict[str, int] = {}
        self._left_at: dict[str, float] = {}
        self._unannounced: dict[str, None] = {}  # a dict keeps the order in which they came

    def connection_opened(self, user_id: str) -> None:
        """A user has one connection more."""
        if user_id not in self._connections and self._left_at.pop(user_id, None) is None:
            self._unannounced[user_id] = None
        self._connections[user_id] = self._connections.get(user_id, 0) + 1

    def connection_closed(self, user_id: str) -> None:
        """A user has one connection less; called once for every `connection_opened`."""
        left = self._connections[user_id] - 1
        if left:
            self._connections[user_id] = left
        else:
            del self._connections[user_id]
            self._left_at[user_id] = self._clock.monotonic()

    @property
    def settled(self) -> bool:
        """Whether everybody has been told who has come back after the start. Before that `online_user_ids` is not the whole truth."""
        return self._settled

    def is_online(self, user_id: str) -> bool:
        """Whether a user counts as online now."""
        return user_id in self._connections or user_id in self._left_at

    def online_user_ids(self) -> list[str]:
        """Everybody who counts as online now."""
        return [*self._connections, *self._left_at]

    def tick(self) -> None:
        """Announce what has changed since the last tick; nothing when nothing has. The first tick late enough settles."""
        if not self._settled and self._clock.monotonic() - self._started_at >= SETTLING_SECONDS:
            self._settle()
        online = self._take_arrived()
        offline = self._take_gone()
        if online or offline:
            self._announcer.changed(online, offline)

    def _settle(self) -> None:
        """Tell who is here, those still to be announced included: they are no news any more."""
        self._settled = True
        self._unannounced.clear()
        self._announcer.settled(self.online_user_ids())

    def _take_arrived(self) -> list[str]:
        arrived = list(self._unannounced)[:MAX_ANNOUNCED]
        for user_id in arrived:
            del self._unannounced[user_id]
        return arrived

    def _take_gone(self) -> list[str]:
        """Those whose grace is over, the first to leave first. Until then they can return without anybody noticing."""
        if not self._settled:
            return []
        now = self._clock.monotonic()
        gone: list[str] = []
        for user_id, left_at in self._left_at.items():
            if now - left_at < GRACE_SECONDS or len(gone) == MAX_ANNOUNCED:
                break
            gone.append(user_id)
        return [user_id for user_id in gone if self._forget(user_id)]

    def _forget(self, user_id: str) -> bool:
        """Let go of a user; False when nobody has heard of them, so that nobody need hear of it."""
        del self._left_at[user_id]
        if user_id in self._unannounced:
            del self._unannounced[user_id]
            return False
        return True
