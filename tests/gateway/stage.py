"""A small instance without a network: a real database, its writer, a hub, and people to put on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select

from cromulent.accounts import Identity, LoginSessionEnded, NewAccount, User, add_user
from cromulent.bootstrap import INSIDE
from cromulent.channels import (
    Channel,
    add_member,
    create_channel,
    delete_channel,
    remove_member,
)
from cromulent.channels.model import ChannelKind, Visibility
from cromulent.db import INSTANCE_FEED, LogRow, Unit, Writing, channel_feed, head_pos, open_database, rows_after
from cromulent.db import Connection as DatabaseConnection
from cromulent.db.schema import feeds
from cromulent.gateway import Connection, GatewayLimits, Hub, PresenceNews, Welcome, encode_fact
from cromulent.kernel.clock import Clock
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id
from cromulent.messages import Message, MessagePosted
from cromulent.messages.store import insert_message
from cromulent.presence import PresenceTracker
from cromulent.settings import initialise_settings
from tests.gateway.fake_socket import FakeSocket


class Stage:
    """The parts of an instance the gateway needs; everything but the sockets is real."""

    def __init__(self, where: Path | str, clock: Clock, limits: GatewayLimits | None = None) -> None:
        self.where = where
        self.clock = clock
        self.limits = limits or GatewayLimits()
        self.database = open_database(where, clock, Writing(encode_fact, INSIDE))
        self.hub = Hub(0)
        self.presence = PresenceTracker(clock, PresenceNews(self.hub))
        self.welcome = Welcome(self.database, self.hub, self.limits, presence=self.presence, rooms=lambda _: [])

    async def start(self) -> None:
        """Begin to take units; the hub starts at the head of the log, as the server's does."""
        self.hub.pos = await self.database.read(head_pos)
        self.database.writer.publish = self.hub.publish
        self.database.writer.after_commit = self._after_commit
        self.database.start()
        await self.database.write(initialise_settings)

    async def add_user(self, name: str) -> Identity:
        """A new user with a login; a member of every default channel."""
        account = NewAccount(name, name, None, "")
        user = await self.database.write(lambda unit: add_user(unit, account, "member", None))
        return identity_of(user)

    async def add_administrator(self, name: str) -> Identity:
        """A new user who may do everything."""
        account = NewAccount(name, name, None, "")
        return identity_of(await self.database.write(lambda unit: add_user(unit, account, "administrator", None)))

    async def log_in_again(self, who: Identity) -> Identity:
        """Another login of the same user."""
        return identity_of(who.user)

    async def end_login(self, who: Identity) -> None:
        """End a login as a log-out does: a fact without an audience."""
        ended = LoginSessionEnded(who.login_session_id, who.user.id)
        await self.database.write(lambda unit: unit.record(ended))

    async def add_channel(self, name: str = "general", *, kind: ChannelKind = "text", default: bool = True) -> Channel:
        """A channel; a default one enrols everybody, any other is private and empty."""
        visibility: Visibility = "public" if default else "private"
        return await self.database.write(
            lambda unit: create_channel(unit, kind, name, is_default=default, visibility=visibility)
        )

    async def rows(self) -> Sequence[LogRow]:
        """The whole log."""
        everything = [INSTANCE_FEED, *await self.database.read(feed_names)]
        return (await self.database.read_in_thread(lambda session: rows_after(session, everything, 0, 10_000))).rows

    async def join(self, who: Identity, channel: Channel) -> None:
        """Make somebody a member."""
        await self.database.write(lambda unit: add_member(unit, channel, who.user.id))

    async def leave(self, who: Identity, channel: Channel) -> None:
        """End a membership."""
        await self.database.write(lambda unit: remove_member(unit, channel.id, who.user.id))

    async def delete(self, channel: Channel) -> None:
        """Remove a channel with all that is in it."""
        await self.database.write(lambda unit: delete_channel(unit, channel))

    async def post(self, who: Identity, channel: Channel, text: str = "hello") -> int:
        """Post a message; its seq."""
        return await self.database.write(posting(who.user, channel, text))

    def connect(self, who: Identity, socket: FakeSocket | None = None) -> tuple[Connection, FakeSocket]:
        """A connection that has identified itself and nothing more."""
        socket = socket or FakeSocket()
        return Connection(socket, who, "test", self.limits), socket

    async def go_live(self, who: Identity, cursor: str | None = None) -> tuple[Connection, FakeSocket]:
        """A connection that has been brought up to date."""
        connection, socket = self.connect(who)
        await self.welcome.bring_live(connection, cursor)
        return connection, socket

    def _after_commit(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, LoginSessionEnded):
                self.hub.close_login_session(fact.login_session_id, fact.user_id)


def feed_names(connection: DatabaseConnection) -> list[str]:
    """Every feed there is."""
    return list(connection.execute(select(feeds.c.feed)).scalars())


def identity_of(user: User) -> Identity:
    """A login of a user."""
    return Identity(user, new_id(), "test")


def posting(author: User, channel: Channel, text: str) -> Callable[[Unit], int]:
    """The unit that posts one message and returns its seq."""

    def unit(unit: Unit) -> int:
        feed = channel_feed(channel.id)
        seq = unit.reserve_seq(feed)
        message = Message(new_id(), channel.id, author.id, seq, seq, new_id(), text, f"<p>{text}</p>", unit.now)
        insert_message(unit.connection, message, b"", 0)
        unit.record(MessagePosted(message), feed, seq=seq)
        return seq

    return unit
