"""What is done to the data folder while no server runs: people, channels, memberships, an older log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cromulent.accounts import AccountService, EntryChecks, Role, Visitor
from cromulent.bootstrap import INSIDE, database_of, initialise_instance
from cromulent.channels import Channel, add_member, channels_of, create_channel, remove_member
from cromulent.config import FILE_NAME, load_config
from cromulent.db import Database, Unit, Writing, head_pos, open_database, prune
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import SystemClock
from cromulent.kernel.ids import new_id
from cromulent.messages import MessageService, Renderer

LONG_AGO = timedelta(days=365)


@dataclass(frozen=True)
class Person:
    """A user with a login."""

    id: str
    name: str
    token: str


@dataclass(frozen=True)
class Cast:
    """Who takes part, and where: everybody is in `open_channel`, some are in `private_channel`."""

    people: Sequence[Person]
    open_channel: Channel
    private_channel: Channel


class DataFolder:
    """The data folder of an instance whose server is stopped. Without a `database_url` the database is in it."""

    def __init__(self, path: Path, database_url: str = "") -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if database_url:
            (path / FILE_NAME).write_text(f'database_url = "{database_url}"\n')

    async def set_up(self, names: Sequence[str], private_members: Sequence[str]) -> Cast:
        """Make the instance, the people (the first one an administrator), and a private channel some of them are in."""
        async with self._database() as database:
            await database.write(initialise_instance)
            accounts = AccountService(database, SystemClock(), EntryChecks.open(SystemClock(), b"key"))
            people = [
                await _log_in(accounts, name, "member" if number else "administrator")
                for number, name in enumerate(names)
            ]
            members = [person.id for person in people if person.name in private_members]
            private = await database.write(lambda unit: _make_private(unit, members))
            channels = await database.read(lambda connection: channels_of(connection, people[0].id))
            await accounts.close()
        general = next(channel for channel in channels if channel.kind == "text" and channel.is_default)
        return Cast(people, general, private)

    async def set_member(self, channel: Channel, user_id: str, *, member: bool) -> None:
        """Add somebody to a channel, or remove them."""

        def unit(unit: Unit) -> None:
            if member:
                add_member(unit, channel, user_id)
            else:
                remove_member(unit, channel.id, user_id)

        async with self._database() as database:
            await database.write(unit)

    async def post(self, person: Person, channel: Channel, count: int) -> None:
        """Post messages as the server would, without one."""
        async with self._database() as database:
            renderer = Renderer()
            messages = MessageService(database, SystemClock(), renderer, posts_per_10_seconds=0)
            accounts = AccountService(database, SystemClock(), EntryChecks.open(SystemClock(), b"key"))
            user = (await accounts.identify(person.token)).user
            for number in range(count):
                await messages.post_message(user, channel.id, new_id(), f"posted beforehand: {number}")
            await accounts.close()
            await renderer.close()

    async def post_until_pos(self, person: Person, channel: Channel, pos: int) -> None:
        """Post until the head of the log is at `pos`."""
        async with self._database() as database:
            head = await database.read(head_pos)
        await self.post(person, channel, pos - head)

    async def prune(self, keep_rows: int) -> None:
        """Let the log forget all but its newest rows."""

        def unit(unit: Unit) -> None:
            prune(unit.connection, older_than=unit.now - LONG_AGO, keep_rows=keep_rows)

        async with self._database() as database:
            await database.write(unit)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Database]:
        where = database_of(load_config({"data": str(self.path)}))
        database = open_database(where, SystemClock(), Writing(encode_fact, INSIDE))
        database.start()
        try:
            yield database
        finally:
            await database.close()


async def _log_in(accounts: AccountService, name: str, role: Role) -> Person:
    link = await accounts.make_sign_in_link(name, role)
    logged_in = await accounts.log_in_by_link(link, Visitor("checker", "127.0.0.1"))
    return Person(logged_in.user.id, name, logged_in.token)


def _make_private(unit: Unit, member_ids: Sequence[str]) -> Channel:
    channel = create_channel(unit, "text", "private", visibility="private")
    for user_id in member_ids:
        add_member(unit, channel, user_id)
    return channel
