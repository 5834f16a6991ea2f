"""What users and administrators ask of channels, and what they do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cromulent.accounts import User, get_user, get_users, require_administrator, require_enabled
from cromulent.channels import store
from cromulent.channels.access import (
    access_administered_channel,
    access_channel,
    access_visible_channel,
    access_writable_channel,
)
from cromulent.channels.administration import (
    ChannelChange,
    change_channel,
    create_channel,
    delete_channel,
    move_channel,
)
from cromulent.channels.membership import add_member, enrol_everybody, remove_member
from cromulent.channels.model import Channel, ChannelKind, Visibility, WritePermission, check_audience
from cromulent.channels.policy import COMING_AND_GOING, ENROLLED_AT_ONCE, MAX_CHANNELS_PAGE, MAX_MEMBERS_PAGE
from cromulent.db import Connection, Database, Unit, channel_feed, head_seqs
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import InvalidInput, NotFound, RateLimited
from cromulent.kernel.paging import check_id_page
from cromulent.kernel.rate_limits import RateLimiter


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Members in id order. `seq`: the channel feed's head before they were read; `next`: the `after` of the following page, if any.

    What happened after `seq` may be in the page already. Applying the member events after the `seq` of the *first* page
    to all pages gives the truth, because adding and removing a member twice changes nothing.
    """

    users: Sequence[User]
    seq: int
    next: str | None


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    """Channels in id order; `next` is the `after` of the following page, if any."""

    channels: Sequence[Channel]
    next: str | None


class ChannelService:
    """The public face for requests and commands, on behalf of a user."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._coming_and_going = RateLimiter(COMING_AND_GOING, clock)

    async def access_channel(self, user: User, channel_id: str) -> Channel:
        """The channel, for one of its members. Raises `NotFound`."""
        return await self._database.read(lambda connection: access_channel(connection, user.id, channel_id))

    async def access_writable_channel(self, user: User, channel_id: str) -> Channel:
        """The channel, for a member who may write in it. Raises `NotFound`, or `Forbidden` (`read_only_channel`)."""
        return await self._database.read(lambda connection: access_writable_channel(connection, user.id, channel_id))

    async def members(self, user: User, channel_id: str, after: str | None, limit: int) -> MembersPage:
        """Up to `limit` (1–200) members with ids greater than `after`. Raises `NotFound`, `InvalidInput` (`invalid_page`)."""
        check_id_page(after, limit, MAX_MEMBERS_PAGE)

        def read(connection: Connection) -> MembersPage:
            channel = access_channel(connection, user.id, channel_id)
            return _members_page(connection, channel, after or "", limit)

        return await self._database.read(read)

    async def channels_to_join(self, user: User, kind: ChannelKind, after: str | None, limit: int) -> ChannelsPage:
        """Up to `limit` (1–100) public channels the user is not in, with ids greater than `after`.

        Raises `InvalidInput` (`invalid_page`).
        """
        check_id_page(after, limit, MAX_CHANNELS_PAGE)

        def read(connection: Connection) -> ChannelsPage:
            found = store.channels_to_join(connection, user.id, kind, after or "", limit + 1)
            shown = found[:limit]
            return ChannelsPage(shown, shown[-1].id if len(found) > limit else None)

        return await self._database.read(read)

    async def create(
        self,
        user: User,
        kind: ChannelKind,
        name: str,
        *,
        topic: str = "",
        visibility: Visibility = "public",
        is_default: bool = False,
        write_permission: WritePermission = "everyone",
        user_limit: int | None = None,
    ) -> Channel:
        """Make a channel and be its first member.

        Raises `Forbidden`, `InvalidInput` (`invalid_channel_name`, `invalid_topic`, `private_default_channel`, `invalid_user_limit`).
        """

        def unit(unit: Unit) -> Channel:
            require_administrator(unit.connection, user.id)
            check_audience(visibility, is_default=is_default)
            channel = create_channel(
                unit,
                kind,
                name,
                topic=topic,
                visibility=visibility,
                write_permission=write_permission,
                user_limit=user_limit,
                actor_id=user.id,
            )
            add_member(unit, channel, user.id, user.id)
            return channel

        channel = await self._database.write(unit)
        return await self.change(user, channel.id, ChannelChange(is_default=True)) if is_default else channel

    async def change(self, user: User, channel_id: str, change: ChannelChange) -> Channel:
        """Make a channel different. Making it default enrols everybody.

        Raises `NotFound`, `Forbidden`, `InvalidInput` (as `create`).
        """
        change = change.checked()

        def unit(unit: Unit) -> Channel | None:
            channel = access_administered_channel(unit.connection, user.id, channel_id)
            changed = change.applied_to(channel)
            becomes_default = changed.is_default and not channel.is_default
            if becomes_default and not enrol_everybody(unit, channel, ENROLLED_AT_ONCE):
                return None
            return change_channel(unit, channel, changed, user.id)

        while True:  # many are enrolled in several units, so that nobody's message waits for all of them
            changed = await self._database.write(unit)
            if changed is not None:
                return changed

    async def move(self, user: User, channel_id: str, before_id: str | None) -> Channel:
        """Put a channel before another of its kind, or behind all. Raises `NotFound`, `Forbidden`, `InvalidInput`."""

        def unit(unit: Unit) -> Channel:
            channel = access_administered_channel(unit.connection, user.id, channel_id)
            if before_id == channel_id:
                return channel
            before = None if before_id is None else access_visible_channel(unit.connection, user.id, before_id)
            if before is not None and before.kind != channel.kind:
                raise InvalidInput("Text and voice channels are ordered apart.")
            return move_channel(unit, channel, before, user.id)

        return await self._database.write(unit)

    async def delete(self, user: User, channel_id: str) -> None:
        """Remove a channel with all that is in it. Raises `NotFound`, `Forbidden`."""

        def unit(unit: Unit) -> None:
            delete_channel(unit, access_administered_channel(unit.connection, user.id, channel_id), user.id)

        await self._database.write(unit)

    async def add_member(self, user: User, channel_id: str, new_member_id: str) -> None:
        """Make somebody a member. Raises `NotFound` (also when there is no such user), `Forbidden`."""

        def unit(unit: Unit) -> None:
            channel = access_administered_channel(unit.connection, user.id, channel_id)
            get_user(unit.connection, new_member_id)
            add_member(unit, channel, new_member_id, user.id)

        await self._database.write(unit)

    async def remove_member(self, user: User, channel_id: str, member_id: str) -> None:
        """End somebody's membership. Raises `NotFound` (also when they are no member), `Forbidden`."""

        def unit(unit: Unit) -> None:
            channel = access_administered_channel(unit.connection, user.id, channel_id)
            if not store.is_member(unit.connection, member_id, channel.id):
                raise NotFound
            remove_member(unit, channel.id, member_id, "removed", user.id)
            _delete_if_lost(unit, channel, user.id)

        await self._database.write(unit)

    async def join(self, user: User, channel_id: str) -> Channel:
        """Become a member of a public channel. Raises `NotFound`, `RateLimited`."""
        self._require_patience(user)

        def unit(unit: Unit) -> Channel:
            require_enabled(unit.connection, user.id)
            channel = access_visible_channel(unit.connection, user.id, channel_id)
            add_member(unit, channel, user.id, user.id)
            return channel

        return await self._database.write(unit)

    async def leave(self, user: User, channel_id: str) -> None:
        """End one's own membership; a private channel is gone with its last member. Raises `NotFound`, `RateLimited`."""
        self._require_patience(user)

        def unit(unit: Unit) -> None:
            channel = access_channel(unit.connection, user.id, channel_id)
            remove_member(unit, channel.id, user.id, "left", user.id)
            _delete_if_lost(unit, channel, user.id)

        await self._database.write(unit)

    def _require_patience(self, user: User) -> None:
        bucket = self._coming_and_going.bucket(user.id)
        if not bucket.take():
            raise RateLimited(
                "You are joining and leaving too fast.",
                retry_after_seconds=bucket.seconds_until(),
            )


def _members_page(connection: Connection, channel: Channel, after: str, limit: int) -> MembersPage:
    feed = channel_feed(channel.id)
    seq = head_seqs(connection, [feed])[feed]  # before the members: see MembersPage
    ids = store.member_ids(connection, channel.id, after, limit + 1)
    shown = ids[:limit]
    following = shown[-1] if len(ids) > limit else None
    return MembersPage(get_users(connection, shown), seq, following)


def _delete_if_lost(unit: Unit, channel: Channel, actor_id: str) -> None:
    """Nobody could ever find a private channel again that has no members."""
    if channel.visibility == "private" and not store.any_member(unit.connection, channel.id):
        delete_channel(unit, channel, actor_id)
