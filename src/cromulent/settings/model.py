"""What an instance is called and which of its features are on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.visible_text import visible_line

RegistrationMode = Literal["invite", "open", "closed"]
REGISTRATION_MODES: tuple[RegistrationMode, ...] = ("invite", "open", "closed")
NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class InstanceSettings:
    """The switches of one instance. `instance_id` never changes: browsers remember it."""

    instance_id: str
    name: str = "Cromulent"
    voice_enabled: bool = True
    registration_mode: RegistrationMode = "invite"


def checked_settings(settings: InstanceSettings) -> InstanceSettings:
    """The settings as they will be stored, the name one visible line. Raises `InvalidInput`, naming the `field`."""
    name = visible_line(settings.name, 1, NAME_CHARACTERS)
    if name is None:
        message = f"The name of the instance has 1 to {NAME_CHARACTERS} visible characters."
        raise InvalidInput(message, detail={"field": "name"})
    if settings.registration_mode not in REGISTRATION_MODES:
        raise InvalidInput("Registration is by invite, open or closed.", detail={"field": "registration_mode"})
    return replace(settings, name=name)
