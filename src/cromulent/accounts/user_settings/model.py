"""The settings that follow a user, and which values they may have."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Literal

from cromulent.kernel.errors import InvalidInput

Theme = Literal["system", "dark", "light"]
TalkMode = Literal["push_to_talk", "voice_activity"]
THRESHOLD_DBFS = (-60, -20)
_TALK_KEY = re.compile(r"key:[A-Za-z0-9]{1,32}|pointer:[1-9][0-9]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSettings:
    """What a user has chosen; None is what they have not, where each client has its own default.

    `rev` is the seq the last change has in the feed of the user, 0 before the first. `talk_key` is `key:` and a
    `KeyboardEvent.code`, or `pointer:` and the number of a button other than the main one.
    """

    rev: int = 0
    theme: Theme | None = None
    talk_mode: TalkMode | None = None
    talk_key: str | None = None
    talk_latching: bool | None = None
    voice_threshold_dbfs: int | None = None
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    auto_gain_control: bool | None = None

    def chosen(self) -> dict[str, str | int]:
        """The choices by name, without those that are none."""
        return {name: value for name, value in asdict(self).items() if name != "rev" and value is not None}

    def changed_by(self, change: UserSettings) -> UserSettings:
        """These settings with what is chosen in `change`."""
        given = {name: value for name, value in asdict(change).items() if name in change.chosen()}
        return replace(self, **given)


def checked_user_settings(settings: UserSettings) -> UserSettings:
    """The settings, if every choice is a possible one. Raises `InvalidInput`, naming the `field`."""
    quietest, loudest = THRESHOLD_DBFS
    threshold, key = settings.voice_threshold_dbfs, settings.talk_key
    if threshold is not None and not quietest <= threshold <= loudest:
        message = f"Voice is told from silence at {quietest} to {loudest} dBFS."
        raise InvalidInput(message, detail={"field": "voice_threshold_dbfs"})
    if key is not None and not _TALK_KEY.fullmatch(key):
        message = "The key to talk is `key:` and a key's code, or `pointer:` and a button's number from 1 to 99."
        raise InvalidInput(message, detail={"field": "talk_key"})
    return settings
