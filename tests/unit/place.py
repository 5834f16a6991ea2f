"""Channels and messages on a real database without any transport, and people to be in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cromulent.accounts import NewAccount, User, add_user
from cromulent.bootstrap import INSIDE
from cromulent.channels import (
    Channel,
    ChannelService,
    add_member,
    create_channel,
    remove_member,
)
from cromulent.channels.model import ChannelKind, Visibility, WritePermission
from cromulent.db import LogRow, Unit, Writing, channel_feed, open_database, user_feed
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.ids import new_id
from cromulent.messages import Message, MessageService, Renderer

T = TypeVar("T")


class Place:
    """The two services, and every row of the log as it was published."""

    def __init__(self, where: Path | str, clock: FakeClock, *, posts_per_10_seconds: int = 0) -> None:
        self.clock = clock
        self.log: list[LogRow] = []
        self.database = open_database(where, clock, Writing(encode_fact, INSIDE))
        self.database.writer.publish = self.log.extend
        self.database.start()
        self.renderer = Renderer()
        self.channels = ChannelService(self.database, clock)
        self.messages = MessageService(self.database, clock, self.renderer, posts_per_10_seconds=posts_per_10_seconds)

    async def close(self) -> None:
        """Finish what is queued and let go of everything."""
        await self.renderer.close()
        await self.database.close()

    async def write(self, unit: Callable[[Unit], T]) -> T:
        """Run a unit."""
        return await self.database.write(unit)

    async def add_user(self, name: str, *, administrator: bool = False) -> User:
        """A user, member of every default channel."""
        role = "administrator" if administrator else "member"
        return await self.write(lambda unit: add_user(unit, NewAccount(name, name, None, ""), role, None))

    async def add_channel(
        self,
        name: str = "general",
        *members: User,
        kind: ChannelKind = "text",
        default: bool = False,
        visibility: Visibility = "public",
        write_permission: WritePermission = "everyone",
    ) -> Channel:
        """A channel with these members; a default one has everybody."""

        def unit(unit: Unit) -> Channel:
            channel = create_channel(
                unit, kind, name, is_default=default, visibility=visibility, write_permission=write_permission
            )
            for member in members:
                add_member(unit, channel, member.id)
            return channel

        return await self.write(unit)

    async def join(self, channel: Channel, user: User) -> None:
        """Make somebody a member."""
        await self.write(lambda unit: add_member(unit, channel, user.id))

    async def remove(self, channel: Channel, user: User) -> None:
        """End a membership."""
        await self.write(lambda unit: remove_member(unit, channel.id, user.id))

    async def post(self, author: User, channel: Channel, text: str = "hello", nonce: str | None = None) -> Message:
        """Post a message that is stored now or was before."""
        message, _ = await self.messages.post_message(author, channel.id, nonce or new_id(), text)
        return message

    def events_of(self, whose: User | Channel) -> list[tuple[int, str]]:
        """Seq and type of every event of a user's or a channel's feed, in log order."""
        feed = user_feed(whose.id) if isinstance(whose, User) else channel_feed(whose.id)
        return [(row.seq, row.type) for row in self.log if row.feed == feed]
