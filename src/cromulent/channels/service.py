"""What can be asked about channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cromulent.accounts import User, get_users
from cromulent.channels import store
from cromulent.channels.access import access_channel, access_writable_channel
from cromulent.channels.model import Channel
from cromulent.db import Connection, Database, channel_feed, head_seqs
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.ids import is_id

MAX_MEMBERS_PAGE = 200


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Members in id order. `seq`: the channel feed's head before they were read; `next`: the `after` of the following page, if any.

    What happened after `seq` may be in the page already. Applying the member events after the `seq` of the *first* page
    to all pages gives the truth, because adding and removing a member twice changes nothing.
    """

    users: Sequence[User]
    seq: int
    next: str | None


class ChannelService:
    """The public face for requests and commands, on behalf of a user."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def access_channel(self, user: User, channel_id: str) -> Channel:
        """The channel, for one of its members. Raises `NotFound`."""
        return await self._database.read(lambda connection: access_channel(connection, user.id, channel_id))

    async def access_writable_channel(self, user: User, channel_id: str) -> Channel:
        """The channel, for a member who may write in it. Raises `NotFound`, or `Forbidden` (`read_only_channel`)."""
        return await self._database.read(lambda connection: access_writable_channel(connection, user.id, channel_id))

    async def members(self, user: User, channel_id: str, after: str | None, limit: int) -> MembersPage:
        """Up to `limit` (1–200) members with ids greater than `after`. Raises `NotFound`, `InvalidInput` (`invalid_page`)."""
        if not 1 <= limit <= MAX_MEMBERS_PAGE:
            raise InvalidInput(f"A page has 1 to {MAX_MEMBERS_PAGE} members.", code="invalid_page")
        if after is not None and not is_id(after):
            raise InvalidInput("`after` is the id of a user.", code="invalid_page")

        def read(connection: Connection) -> MembersPage:
            channel = access_channel(connection, user.id, channel_id)
            return _members_page(connection, channel, after or "", limit)

        return await self._database.read(read)


def _members_page(connection: Connection, channel: Channel, after: str, limit: int) -> MembersPage:
    feed = channel_feed(channel.id)
    seq = head_seqs(connection, [feed])[feed]  # before the members: see MembersPage
    ids = store.member_ids(connection, channel.id, after, limit + 1)
    shown = ids[:limit]
    following = shown[-1] if len(ids) > limit else None
    return MembersPage(get_users(connection, shown), seq, following)
