"""People on a site who are already logged in, and the channels they are in."""

from __future__ import annotations

import httpx2

from cromulent.accounts import NewAccount, User, add_user
from cromulent.accounts.login_sessions import begin_session
from cromulent.channels import Channel, add_member, channels_of, create_channel
from cromulent.channels.model import ChannelKind, WritePermission
from cromulent.db import Unit
from tests.api.site import Site


class Person:
    """A user with a program that speaks for them."""

    def __init__(self, user: User, client: httpx2.AsyncClient) -> None:
        self.user = user
        self.client = client

    async def post(self, channel: Channel, nonce: str, text: str) -> httpx2.Response:
        """Ask for a message to be posted."""
        return await self.client.post(f"channels/{channel.id}/messages", json={"nonce": nonce, "text": text})


async def arrive(site: Site, name: str, email: str | None = None) -> Person:
    """A new member of the instance, logged in with a bearer token."""

    def unit(unit: Unit) -> tuple[User, str]:
        user = add_user(unit, NewAccount(name, name.title(), email, ""), "member", None)
        return user, begin_session(unit, user, "test").token

    user, token = await site.instance.database.write(unit)
    return Person(user, site.program(token))


async def general(site: Site, person: Person) -> Channel:
    """The text channel everybody is in."""
    found = await site.instance.database.read(lambda connection: channels_of(connection, person.user.id))
    return next(channel for channel in found if channel.kind == "text")


async def private_channel(
    site: Site, *members: Person, kind: ChannelKind = "text", write_permission: WritePermission = "everyone"
) -> Channel:
    """A channel only these see."""

    def unit(unit: Unit) -> Channel:
        channel = create_channel(unit, kind, "secret", visibility="private", write_permission=write_permission)
        for member in members:
            add_member(unit, channel, member.user.id)
        return channel

    return await site.instance.database.write(unit)
