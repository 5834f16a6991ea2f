"""Channels: finding, joining and leaving them, who is in them, and what administrators do with them."""

from __future__ import annotations

import msgspec
from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from cromulent import wire
from cromulent.accounts import Identity
from cromulent.channels import (
    MAX_CHANNELS_PAGE,
    MAX_MEMBERS_PAGE,
    ChannelChange,
    ChannelKind,
    ChannelService,
    Visibility,
    WritePermission,
)
from cromulent.web.body import Body, Nothing, given


class NewChannelBody(Body, frozen=True):
    """The channel there is to be."""

    kind: ChannelKind
    name: str
    topic: str = ""
    visibility: Visibility = "public"
    is_default: bool = False
    write_permission: WritePermission = "everyone"
    user_limit: int | None = None


class ChannelBody(Body, frozen=True):
    """What is to be different; what is left out stays as it is."""

    name: str | UnsetType = UNSET
    topic: str | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    write_permission: WritePermission | UnsetType = UNSET
    user_limit: int | UnsetType | None = UNSET

    def change(self) -> ChannelChange:
        """What is asked for, as the service takes it."""
        return ChannelChange(
            name=given(self.name),
            topic=given(self.topic),
            visibility=given(self.visibility),
            is_default=given(self.is_default),
            write_permission=given(self.write_permission),
            user_limit="unchanged" if self.user_limit is UNSET else self.user_limit,
        )


class PositionBody(Body, frozen=True):
    """The channel of the same kind to stand before; left out for the end of the list."""

    before: str | UnsetType = UNSET


class ChannelAnswer(msgspec.Struct, frozen=True):
    """A channel as it is now."""

    channel: wire.Channel


class ChannelsAnswer(msgspec.Struct, frozen=True):
    """Channels in id order, and the `after` of the next page or null."""

    channels: list[wire.Channel]
    next: str | None


class MembersAnswer(msgspec.Struct, frozen=True):
    """Members in id order, the head of the channel's feed they were read at, and the `after` of the next page or null."""

    users: list[wire.User]
    seq: int
    next: str | None


@get("/channels")
async def list_channels_to_join(
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
    *,
    kind: FromQuery[ChannelKind],
    after: FromQuery[str | None] = None,
    limit: FromQuery[int] = MAX_CHANNELS_PAGE,
) -> ChannelsAnswer:
    """A page of the public channels one could join."""
    page = await channels.channels_to_join(identity.user, kind, after, limit)
    return ChannelsAnswer([wire.channel_to_wire(channel) for channel in page.channels], page.next)


@post("/channels")
async def create_channel(
    data: JSONBody[NewChannelBody], identity: NamedDependency[Identity], channels: NamedDependency[ChannelService]
) -> ChannelAnswer:
    """Make a channel and be its first member."""
    channel = await channels.create(
        identity.user,
        data.kind,
        data.name,
        topic=data.topic,
        visibility=data.visibility,
        is_default=data.is_default,
        write_permission=data.write_permission,
        user_limit=data.user_limit,
    )
    return ChannelAnswer(wire.channel_to_wire(channel))


@patch("/channels/{channel_id:str}")
async def change_channel(
    channel_id: FromPath[str],
    data: JSONBody[ChannelBody],
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> ChannelAnswer:
    """Make a channel different; making it default enrols everybody."""
    changed = await channels.change(identity.user, channel_id, data.change())
    return ChannelAnswer(wire.channel_to_wire(changed))


@put("/channels/{channel_id:str}/position")
async def move_channel(
    channel_id: FromPath[str],
    data: JSONBody[PositionBody],
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> ChannelAnswer:
    """Put a channel before another one of its kind, or at the end."""
    moved = await channels.move(identity.user, channel_id, given(data.before))
    return ChannelAnswer(wire.channel_to_wire(moved))


@delete("/channels/{channel_id:str}", status_code=204)
async def delete_channel(
    channel_id: FromPath[str], identity: NamedDependency[Identity], channels: NamedDependency[ChannelService]
) -> None:
    """Remove a channel with all that is in it."""
    await channels.delete(identity.user, channel_id)


@get("/channels/{channel_id:str}/members")
async def list_members(
    channel_id: FromPath[str],
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
    *,
    after: FromQuery[str | None] = None,
    limit: FromQuery[int] = MAX_MEMBERS_PAGE,
) -> MembersAnswer:
    """A page of the channel's members."""
    page = await channels.members(identity.user, channel_id, after, limit)
    return MembersAnswer([wire.user_to_wire(user) for user in page.users], page.seq, page.next)


@put("/channels/{channel_id:str}/members/{user_id:str}", status_code=204)
async def add_member(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> None:
    """Make somebody a member."""
    await channels.add_member(identity.user, channel_id, user_id)


@delete("/channels/{channel_id:str}/members/{user_id:str}", status_code=204)
async def remove_member(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> None:
    """End somebody's membership."""
    await channels.remove_member(identity.user, channel_id, user_id)


@post("/channels/{channel_id:str}/join", status_code=200)
async def join_channel(
    channel_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> ChannelAnswer:
    """Become a member of a public channel."""
    return ChannelAnswer(wire.channel_to_wire(await channels.join(identity.user, channel_id)))


@post("/channels/{channel_id:str}/leave", status_code=204)
async def leave_channel(
    channel_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    channels: NamedDependency[ChannelService],
) -> None:
    """End one's own membership."""
    await channels.leave(identity.user, channel_id)


ROUTES = (
    list_channels_to_join,
    create_channel,
    change_channel,
    move_channel,
    delete_channel,
    list_members,
    add_member,
    remove_member,
    join_channel,
    leave_channel,
)
