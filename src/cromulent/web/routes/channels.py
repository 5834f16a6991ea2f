"""Who is in a channel."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from cromulent import wire
from cromulent.accounts import Identity
from cromulent.channels import MAX_MEMBERS_PAGE, ChannelService


class MembersAnswer(msgspec.Struct, frozen=True):
    """Members in id order, the head of the channel's feed they were read at, and the `after` of the next page or null."""

    users: list[wire.User]
    seq: int
    next: str | None


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


ROUTES = (list_members,)
