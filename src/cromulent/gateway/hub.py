"""The hub: who hears which feed, and the one place where events become bytes on many wires."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import msgspec
import structlog

from cromulent.db import INSTANCE_FEED, LogRow, channel_feed, user_feed
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.connection import Connection
from cromulent.gateway.frames import durable_frame, ephemeral_frame, frame_of
from cromulent.gateway.protocol import Reconnect

log = structlog.get_logger(__name__)
RECENT_ROWS = 4096
RECENT_CHARACTERS = 8 * 1024 * 1024
"""How much is kept in memory to bridge the step from the last page of catching up to live: rows, and the text of them all."""


class _AddedChannel(msgspec.Struct):
    id: str


class _Added(msgspec.Struct):
    channel: _AddedChannel


class _Removed(msgspec.Struct):
    channel_id: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbours of one feed in a batch."""

    feed: str
    rows: Sequence[LogRow]

    def frames(self) -> bytes:
        return b"".join(map(durable_frame, self.rows))


class Hub:
    """`feed → connections`, changed only by membership events as they pass in log order: the subscription is the right."""

    def __init__(self, pos: int) -> None:
        self.pos = pos
        self._hearers: dict[str, dict[Connection, None]] = {}
        self._feeds: dict[Connection, set[str]] = {}
        self._lost: dict[Connection, dict[str, int]] = {}
        """Of those who are not live yet: the feeds they were taken from, and the position of that."""
        self._recent: deque[LogRow] = deque()
        self._recent_characters = 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def add(self, connection: Connection) -> None:
        """Take in a connection: it can be found, counted and closed from now on, but hears nothing before `set_channels`."""
        self._feeds[connection] = set()
        self._listen(connection, user_feed(connection.user_id))

    def remove(self, connection: Connection) -> None:
        """Forget a connection. Safe to call twice."""
        self._lost.pop(connection, None)
        for feed in self._feeds.pop(connection, ()):
            self._unlisten(connection, feed)

    def set_channels(self, connection: Connection, channel_ids: Collection[str], pos: int) -> None:
        """While catching up: make the subscription what the memberships were at the position just read, or later.

        The connection hears ephemeral dispatches of these feeds at once; events only when it is live. What it has lost behind
        that position while somebody read stays lost.
        """
        lost = self._lost.get(connection, {})
        kept = (feed for feed in map(channel_feed, channel_ids) if lost.get(feed, 0) <= pos)
        wanted = {user_feed(connection.user_id), INSTANCE_FEED, *kept}
        held = self._feeds[connection]
        for feed in held - wanted:
            self._drop(connection, feed)
        for feed in wanted - held:
            self._listen(connection, feed)

    async def reached(self, pos: int) -> None:
        """Wait until the hub has seen `pos`: a reader may see a commit before the writer's word of it is on the loop."""
        if self.pos < pos:
            seen = asyncio.get_running_loop().create_future()
            self._waiting.append((pos, seen))
            await seen

    def bridge(self, connection: Connection, reached_pos: int) -> bool:
        """Hand over the rows after `reached_pos` from memory and go live, all in this loop step.

        False when they are not all in memory (any more), or when the page was read ahead of what the hub has seen.
        """
        missing = self.pos - reached_pos
        if missing < 0 or missing > len(self._recent):
            return False
        connection.go_live()
        self._lost.pop(connection, None)
        for row in list(self._recent)[len(self._recent) - missing :]:
            if row.feed in self._feeds.get(connection, ()):
                connection.write(durable_frame(row))
                self._follow_membership(row, (connection,))
        return True

    def publish(self, rows: Sequence[LogRow]) -> None:
        """Deliver a committed batch in `pos` order: each connection gets what it may see of it as one write."""
        self._remember(rows)
        self.pos = rows[-1].pos
        self._wake_those_who_wait()
        runs = [_Run(feed, list(run)) for feed, run in groupby(rows, key=attrgetter("feed"))]
        try:
            if len(runs) == 1:
                self._deliver(runs[0])
            else:
                self._deliver_mixed(runs)
        except Exception:  # nobody can say who has missed what: everybody comes back and catches up
            log.exception("delivery_failed")
            for connection in self.connections():
                connection.close(CloseCode.INTERNAL_ERROR)

    def announce(self, feed: str, name: str, payload: object) -> None:
        """Send an ephemeral dispatch to everybody who hears a feed."""
        hearers = self._hearers.get(feed)
        if hearers:
            frame = ephemeral_frame(name, payload)
            for connection in list(hearers):
                connection.write(frame)

    def announce_to_members(self, channel_id: str, name: str, payload: object) -> None:
        """Send an ephemeral dispatch to the members of a channel."""
        self.announce(channel_feed(channel_id), name, payload)

    def announce_to_all(self, name: str, payload: object) -> None:
        """Send an ephemeral dispatch to every connection."""
        self.announce(INSTANCE_FEED, name, payload)

    def connections(self) -> Iterator[Connection]:
        """Every connection there is."""
        return iter(list(self._feeds))

    def connections_of(self, user_id: str) -> tuple[Connection, ...]:
        """The connections of one user."""
        return tuple(self._hearers.get(user_feed(user_id), ()))

    def say_goodbye(self, after_ms: int) -> None:
        """The process is about to end: tell everybody when to come back, and close."""
        frame = frame_of(Reconnect(after_ms, "restarting"))
        for connection in self.connections():
            connection.write(frame)
            connection.close(CloseCode.RESTARTING)

    def close_login_session(self, login_session_id: str, user_id: str) -> None:
        """End every connection that stands on a login session that has ended."""
        for connection in self.connections_of(user_id):
            if connection.login_session_id == login_session_id:
                connection.close(CloseCode.LOGIN_SESSION_ENDED)

    def close_user(self, user_id: str) -> None:
        """End every connection of a user who was disabled."""
        for connection in self.connections_of(user_id):
            connection.close(CloseCode.USER_DISABLED)

    def replace_token(self, login_session_id: str, user_id: str, *, after_seconds: float) -> None:
        """A login goes on with another token: end the connections that were opened with the one before.

        Not at once: the browser must have the answer with the new token first, to come back with it.
        """
        outdated = [one for one in self.connections_of(user_id) if one.login_session_id == login_session_id]
        if outdated:
            asyncio.get_running_loop().call_later(after_seconds, _close_all, outdated)

    def _remember(self, rows: Sequence[LogRow]) -> None:
        self._recent.extend(rows)
        self._recent_characters += sum(len(row.payload) for row in rows)
        while len(self._recent) > RECENT_ROWS or self._recent_characters > RECENT_CHARACTERS:
            self._recent_characters -= len(self._recent.popleft().payload)

    def _wake_those_who_wait(self) -> None:
        if not self._waiting:
            return
        for pos, seen in self._waiting:
            if pos <= self.pos and not seen.done():
                seen.set_result(None)
        self._waiting = [(pos, seen) for pos, seen in self._waiting if not seen.done()]

    def _deliver(self, run: _Run) -> None:
        """A batch of one feed, the usual one: the same bytes for all who hear it."""
        hearers = self._hearers.get(run.feed)
        if not hearers:
            return
        frames = run.frames()
        for connection in list(hearers):
            connection.outlet.write(frames)
        self._follow_memberships(run, hearers)

    def _deliver_mixed(self, runs: Sequence[_Run]) -> None:
        """A batch of several feeds: who hears each run is settled at its place in the log, then everybody is written to once."""
        shares: dict[Connection, list[bytes]] = {}
        for run in runs:
            hearers = self._hearers.get(run.feed)
            if hearers:
                frames = run.frames()
                for connection in hearers:
                    shares.setdefault(connection, []).append(frames)
                self._follow_memberships(run, hearers)
        joined: dict[tuple[bytes, ...], bytes] = {}
        for connection, share in shares.items():
            key = tuple(share)
            if key not in joined:
                joined[key] = b"".join(share)
            connection.outlet.write(joined[key])

    def _follow_memberships(self, run: _Run, hearers: Iterable[Connection]) -> None:
        """Memberships are in the feed of the one they are about."""
        for row in run.rows:
            self._follow_membership(row, hearers)

    def _follow_membership(self, row: LogRow, connections: Iterable[Connection]) -> None:
        """Let the subscription follow a membership event at its place in the log.

        Who is not live yet learns from what they read what they gained; what they lost they hear nothing more of at once.
        """
        change = _MEMBERSHIP_CHANGES.get(row.type)
        if change is None:
            return
        listens, feed = change(row.payload)
        for connection in list(connections):
            if connection not in self._feeds:
                continue
            if listens and connection.is_live:
                self._listen(connection, feed)
            elif not listens:
                self._drop(connection, feed)
                if not connection.is_live:
                    self._lost.setdefault(connection, {})[feed] = row.pos

    def _listen(self, connection: Connection, feed: str) -> None:
        self._feeds[connection].add(feed)
        self._hearers.setdefault(feed, {})[connection] = None

    def _drop(self, connection: Connection, feed: str) -> None:
        self._feeds[connection].discard(feed)
        self._unlisten(connection, feed)

    def _unlisten(self, connection: Connection, feed: str) -> None:
        hearers = self._hearers.get(feed)
        if hearers is not None:
            hearers.pop(connection, None)
            if not hearers:
                del self._hearers[feed]


def _close_all(outdated: Iterable[Connection]) -> None:
    for connection in outdated:
        connection.close(CloseCode.TOKEN_REPLACED)


def _added(payload: str) -> tuple[bool, str]:
    return True, channel_feed(msgspec.json.decode(payload, type=_Added).channel.id)


def _removed(payload: str) -> tuple[bool, str]:
    return False, channel_feed(msgspec.json.decode(payload, type=_Removed).channel_id)


_MEMBERSHIP_CHANGES: dict[str, Callable[[str], tuple[bool, str]]] = {
    "membership.added": _added,
    "membership.removed": _removed,
}
