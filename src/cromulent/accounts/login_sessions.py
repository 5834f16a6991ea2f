"""Login sessions: begun, recognised on every request, kept alive by use, ended."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

import structlog

from cromulent.accounts import store
from cromulent.accounts.facts import LoginSessionEnded
from cromulent.accounts.model import (
    LOGIN_SESSION_LIFE,
    MAX_LOGIN_SESSIONS,
    SLIDE_AFTER,
    Identity,
    LoggedIn,
    LoginSession,
    User,
    checked_device,
)
from cromulent.db import Database, Unit
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import DomainError, NotAuthenticated, NotFound
from cromulent.kernel.ids import new_id, new_secret

log = structlog.get_logger(__name__)
REMEMBERED_SECONDS = 5.0
MAX_REMEMBERED = 10_000


def hash_of(secret: str) -> bytes:
    """What is stored of a token or a link's secret; they are long and random, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


@dataclass(frozen=True, slots=True)
class _Remembered:
    live: store.LiveLogin
    until: float


class LoginSessions:
    """Who holds which token. A token recognised once is remembered for a few seconds, and forgotten at once when its session ends."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()
        self._lookups: dict[object, set[str]] = {}
        self._sliding: dict[str, asyncio.Task[None]] = {}

    async def identify(self, token: str) -> Identity:
        """Whose token it is. Raises `NotAuthenticated`."""
        token_hash = hash_of(token)
        remembered = self._remembered.get(token_hash)
        now = self._clock.now()
        if remembered is None or remembered.until <= self._clock.monotonic():
            live = await self._look_up(token_hash, now)
            self._remember(token_hash, live)
        else:
            live = remembered.live
        if live is None or live.session.expires_at <= now:
            raise NotAuthenticated
        if now - live.session.last_seen_at >= SLIDE_AFTER:
            self._slide_soon(live.session.id)
        return live.identity

    def forget(self, login_session_id: str) -> None:
        """The session has ended: its token must not be recognised from memory."""
        self._tell_lookups(login_session_id)
        for token_hash, remembered in list(self._remembered.items()):
            if remembered.live.session.id == login_session_id:
                del self._remembered[token_hash]

    def forget_user(self, user_id: str) -> None:
        """The user has changed: identities made from the old profile must not be handed out."""
        self._tell_lookups(user_id)
        for token_hash, remembered in list(self._remembered.items()):
            if remembered.live.session.user_id == user_id:
                del self._remembered[token_hash]

    async def of_user(self, user_id: str) -> list[LoginSession]:
        """A user's login sessions, the one used last first; at most `MAX_LOGIN_SESSIONS`."""
        now = self._clock.now()
        return await self._database.read(lambda connection: store.sessions_of(connection, user_id, now))

    async def end(self, user_id: str, login_session_id: str) -> None:
        """End one of a user's login sessions. Raises `NotFound` when it is not theirs."""

        def unit(unit: Unit) -> None:
            if not store.delete_session(unit.connection, user_id, login_session_id):
                raise NotFound
            unit.record(LoginSessionEnded(login_session_id, user_id))

        await self._database.write(unit)

    async def end_expired(self) -> None:
        """End those nobody has used for too long: what stands on them must not outlive them only because nothing is asked of it."""
        now = self._clock.now()
        if await self._database.read_in_thread(lambda connection: store.any_expired_session(connection, now)):
            await self._database.write(_end_expired)

    async def close(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._sliding.values())

    async def _look_up(self, token_hash: bytes, now: datetime) -> store.LiveLogin | None:
        """Who holds a token. What was forgotten while a reader thread looked is looked up again: it may have seen the time before."""
        lookup, forgotten = object(), set[str]()
        self._lookups[lookup] = forgotten
        try:
            while True:
                live = await self._database.read(lambda connection: store.find_live_login(connection, token_hash, now))
                if live is None or forgotten.isdisjoint((live.session.id, live.session.user_id)):
                    return live
                forgotten.clear()
        finally:
            del self._lookups[lookup]

    def _tell_lookups(self, forgotten_id: str) -> None:
        for forgotten in self._lookups.values():
            forgotten.add(forgotten_id)

    def _remember(self, token_hash: bytes, live: store.LiveLogin | None) -> None:
        self._remembered.pop(token_hash, None)
        if live is None:
            return
        self._remembered[token_hash] = _Remembered(live, self._clock.monotonic() + REMEMBERED_SECONDS)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    def _slide_soon(self, login_session_id: str) -> None:
        """Move the expiry without making the request wait: being recognised must work while storing does not."""
        if login_session_id not in self._sliding:
            task = asyncio.create_task(self._slide(login_session_id))
            self._sliding[login_session_id] = task
            task.add_done_callback(lambda _: self._sliding.pop(login_session_id, None))

    async def _slide(self, login_session_id: str) -> None:
        def unit(unit: Unit) -> None:
            store.slide_session(unit.connection, login_session_id, unit.now, unit.now + LOGIN_SESSION_LIFE)

        try:
            await self._database.write(unit)
            self.forget(login_session_id)
        except DomainError as error:
            log.warning("login_session_not_extended", code=error.code)


def end_sessions(unit: Unit, user_id: str, *, but: str | None = None) -> None:
    """End every login of a user inside a unit, perhaps but one."""
    for session in store.sessions_of(unit.connection, user_id, unit.now):
        if session.id != but:
            store.delete_session(unit.connection, user_id, session.id)
            unit.record(LoginSessionEnded(session.id, user_id))


def rotate_token(unit: Unit, identity: Identity) -> str:
    """Give a login another token inside a unit; the old one is worth nothing. Raises `NotAuthenticated` when the login has ended."""
    token = new_secret()
    if not store.replace_token(unit.connection, identity.login_session_id, hash_of(token)):
        raise NotAuthenticated
    return token


def begin_session(unit: Unit, user: User, device: str) -> LoggedIn:
    """Make a login session inside a unit; beyond `MAX_LOGIN_SESSIONS` the one unused for longest ends."""
    connection, now = unit.connection, unit.now
    _end_expired(unit, user.id)
    for session in store.sessions_of(connection, user.id, now)[MAX_LOGIN_SESSIONS - 1 :]:
        store.delete_session(connection, user.id, session.id)
        unit.record(LoginSessionEnded(session.id, user.id))
    token = new_secret()
    session = LoginSession(new_id(), user.id, checked_device(device), now, now, now + LOGIN_SESSION_LIFE)
    store.insert_session(connection, session, hash_of(token))
    return LoggedIn(user, session.id, token)


def _end_expired(unit: Unit, user_id: str | None = None) -> None:
    for session_id, owner_id in store.delete_expired_sessions(unit.connection, unit.now, user_id):
        unit.record(LoginSessionEnded(session_id, owner_id))
