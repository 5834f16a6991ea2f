"""Why voice says no. Each code is one the client has a sentence and a remedy for."""

from __future__ import annotations

from cromulent.kernel.errors import Conflict, Forbidden, InvalidInput


class VoiceDisabled(Forbidden):
    """The administrator has switched voice off."""

    code = "voice_disabled"
    message = "Voice is switched off on this instance."


class NotVoiceChannel(InvalidInput):
    """The channel is for text."""

    code = "not_voice_channel"
    message = "That channel is for text, not for voice."


class NotAMember(Conflict):
    """Somebody is to be sent to a channel they may not enter."""

    code = "not_a_member"
    message = "They are not a member of that channel."


class ChannelFull(Conflict):
    """The room has as many participants as it may have."""

    code = "channel_full"
    message = "This voice channel is full."


class AlreadyInChannel(Conflict):
    """Another page of the user holds the call and answers. `detail` has `channel_id` and `device`."""

    code = "already_in_channel"
    message = "You are already in a voice channel on another device."


class InvalidResumeToken(InvalidInput):
    """The token is not of this instance, not of this login session, or was revoked."""

    code = "invalid_resume_token"
    message = "This call cannot be resumed; join again."


class Superseded(Conflict):
    """A newer page, or a newer click, has taken the place of this one."""

    code = "superseded"
    message = "The call has moved to another place."


class WasKicked(Forbidden):
    """The token is of a call its user was put out of."""

    code = "kicked"
    message = "You were removed from this voice channel."


class NotInRoom(Conflict):
    """The page holds no call (any more)."""

    code = "not_in_room"
    message = "You are not in a voice channel."


class Gone(Conflict):
    """There is no such participant in the room."""

    code = "gone"
    message = "That participant is not here."


class SignalTooLarge(InvalidInput):
    """A description is larger than any browser makes."""

    code = "signal_too_large"
    message = "That description is too large."
