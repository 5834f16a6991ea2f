"""The settings that follow a user, and which values they may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.ids import is_id

Theme = Literal["system", "dark", "light"]
TalkMode = Literal["push_to_talk", "voice_activity"]
NoiseSuppression = Literal["off", "browser", "rnnoise"]
Sound = Literal["joined", "left", "muted", "unmuted", "lost"]
"""The short sounds of a call: somebody comes or goes, one mutes or un-mutes oneself, the call is lost."""

_RANGES = {
    "voice_threshold_dbfs": (-60, -20, "Voice is told from silence at {} to {} dBFS."),
    "talk_release_ms": (0, 1_000, "The key may be let go {} to {} ms before the microphone closes."),
    "input_volume": (0, 200, "The microphone's volume is {} to {} per cent."),
    "output_volume": (0, 100, "The volume of everybody is {} to {} per cent."),
}
_PEER_VOLUME = (0, 200)
MAX_PEER_SOUNDS = 200
"""People one can have chosen a volume for."""
_TALK_KEY = re.compile(r"key:[A-Za-z0-9]{1,32}|pointer:[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class PeerSound:
    """How one hears somebody: `volume` in per cent of what they send, 0 to 200; `muted` for oneself alone."""

    volume: int = 100
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSettings:
    """What a user has chosen; None is what they have not, where each client has its own default.

    `rev` is the seq the last change has in the feed of the user, 0 before the first. `talk_key` is `key:` and a
    `KeyboardEvent.code`, or `pointer:` and the number of a button other than the main one. `peer_sounds` is by the
    ids of users; it is one choice, as is `muted_sounds`.
    """

    rev: int = 0
    theme: Theme | None = None
    talk_mode: TalkMode | None = None
    talk_key: str | None = None
    talk_latching: bool | None = None
    talk_release_ms: int | None = None
    voice_threshold_dbfs: int | None = None
    echo_cancellation: bool | None = None
    noise_suppression: NoiseSuppression | None = None
    auto_gain_control: bool | None = None
    input_volume: int | None = None
    output_volume: int | None = None
    relay_only: bool | None = None
    muted_sounds: tuple[Sound, ...] | None = None
    peer_sounds: Mapping[str, PeerSound] | None = None

    def chosen(self) -> dict[str, object]:
        """The choices by name, without those that are none."""
        values = {name: getattr(self, name) for name in NAMES}
        return {name: value for name, value in values.items() if value is not None}

    def changed_by(self, change: UserSettings) -> UserSettings:
        """These settings with what is chosen in `change`."""
        return replace(self, **change.chosen())


NAMES = frozenset(field.name for field in fields(UserSettings)) - {"rev"}
"""All that can be chosen."""


def checked_user_settings(settings: UserSettings) -> UserSettings:
    """The settings, if every choice is a possible one. Raises `InvalidInput`, naming the `field`."""
    for name, (least, most, message) in _RANGES.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            raise _impossible(name, message.format(least, most))
    if settings.talk_key is not None and not _TALK_KEY.fullmatch(settings.talk_key):
        message = "The key to talk is `key:` and a key's code, or `pointer:` and a button's number from 1 to 99."
        raise _impossible("talk_key", message)
    sounds = settings.muted_sounds
    if sounds is not None and len(set(sounds)) != len(sounds):
        raise _impossible("muted_sounds", "A sound is named once.")
    _check_peer_sounds(settings.peer_sounds or {})
    return settings


def _check_peer_sounds(peer_sounds: Mapping[str, PeerSound]) -> None:
    if len(peer_sounds) > MAX_PEER_SOUNDS:
        raise _impossible("peer_sounds", f"Volumes are kept for at most {MAX_PEER_SOUNDS} people.")
    least, most = _PEER_VOLUME
    for user_id, sound in peer_sounds.items():
        if not is_id(user_id) or not least <= sound.volume <= most:
            message = f"Somebody's volume is {least} to {most} per cent, by the id of a user."
            raise _impossible("peer_sounds", message)


def _impossible(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, detail={"field": field})
