"""Voice by HTTP: the goodbye of a closing page, and what administrators do with somebody who is in a call."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from cromulent.accounts import Identity
from cromulent.admin import AdminService
from cromulent.voice import VoiceService
from cromulent.web.body import Body, Nothing


class VoiceLeaveBody(Body, frozen=True):
    """What the reply to `voice.join` gave."""

    participant_id: str
    resume_token: str


@post("/voice/leave", status_code=204)
async def leave_voice(
    data: JSONBody[VoiceLeaveBody], identity: NamedDependency[Identity], voice: NamedDependency[VoiceService]
) -> None:
    """Leave a voice room; the same as the command `voice.leave`. `navigator.sendBeacon` arrives when the socket is closed already."""
    await voice.leave(identity.user.id, data.participant_id, data.resume_token)


@post("/channels/{channel_id:str}/participants/{user_id:str}/disconnect", status_code=204)
async def disconnect_participant(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
) -> None:
    """Take somebody out of a call; they come back only by their own click."""
    await admin.disconnect_participant(identity.user, channel_id, user_id)


@post("/channels/{channel_id:str}/participants/{user_id:str}/mute", status_code=204)
async def mute_participant(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
) -> None:
    """Mute somebody in a voice channel until an administrator un-mutes them."""
    await admin.mute_participant(identity.user, channel_id, user_id)


@post("/channels/{channel_id:str}/participants/{user_id:str}/unmute", status_code=204)
async def unmute_participant(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
) -> None:
    """Let somebody be heard again whom an administrator has muted."""
    await admin.unmute_participant(identity.user, channel_id, user_id)


class MoveBody(Body, frozen=True):
    """Where to."""

    channel_id: str


@post("/channels/{channel_id:str}/participants/{user_id:str}/move", status_code=204)
async def move_participant(
    channel_id: FromPath[str],
    user_id: FromPath[str],
    data: JSONBody[MoveBody],
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
) -> None:
    """Send somebody who is in a call to another voice channel; their page goes there by itself."""
    await admin.move_participant(identity.user, channel_id, user_id, data.channel_id)


ROUTES = (leave_voice, disconnect_participant, mute_participant, unmute_participant, move_participant)
