"""For administrators: who is in a call, and what is wrong there."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency

from cromulent import wire
from cromulent.accounts import Identity
from cromulent.admin import AdminService, CallView


class Caller(msgspec.Struct, frozen=True):
    """A participant, and the user it is."""

    participant_id: str
    user: wire.User


class Trouble(msgspec.Struct, frozen=True):
    """Why the sound of one participant does not come to another, or not well; `side` is whose it is to mend."""

    speaker_id: str
    listener_id: str
    code: str
    side: Literal["speaker", "listener", "network", "instance"]


class Call(msgspec.Struct, frozen=True):
    """Who is together in a voice channel. A pair of which no trouble tells is well, or too new to judge."""

    channel_id: str
    participants: list[Caller]
    troubles: list[Trouble]


class CallsAnswer(msgspec.Struct, frozen=True):
    """Every call in a channel the administrator may know of."""

    calls: list[Call]


@get("/admin/calls")
async def list_calls(identity: NamedDependency[Identity], admin: NamedDependency[AdminService]) -> CallsAnswer:
    """The calls there are now."""
    return CallsAnswer([_call_out(call) for call in await admin.calls(identity.user)])


def _call_out(call: CallView) -> Call:
    users = {user.id: wire.user_to_wire(user) for user in call.users}
    room = call.room
    participants = [Caller(one.id, users[one.user_id]) for one in room.participants if one.user_id in users]
    troubles = [Trouble(one.speaker_id, one.listener_id, one.code, one.side) for one in room.troubles]
    return Call(room.channel_id, participants, troubles)


ROUTES = (list_calls,)
