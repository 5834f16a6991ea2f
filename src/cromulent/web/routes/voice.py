"""The goodbye of a closing page: `navigator.sendBeacon` still arrives when its socket is closed already."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cromulent.accounts import Identity
from cromulent.voice import VoiceService
from cromulent.web.body import Body


class VoiceLeaveBody(Body, frozen=True):
    """What the reply to `voice.join` gave."""

    participant_id: str
    resume_token: str


@post("/voice/leave", status_code=204)
async def leave_voice(
    data: JSONBody[VoiceLeaveBody], identity: NamedDependency[Identity], voice: NamedDependency[VoiceService]
) -> None:
    """Leave a voice room; the same as the command `voice.leave`."""
    await voice.leave(identity.user.id, data.participant_id, data.resume_token)


ROUTES = (leave_voice,)
