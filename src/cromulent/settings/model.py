"""What an instance is called and which of its features are on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cromulent.kernel.errors import InvalidInput

RegistrationMode = Literal["invite", "open", "closed"]
REGISTRATION_MODES: tuple[RegistrationMode, ...] = ("invite", "open", "closed")
NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class InstanceSettings:
    """The switches of one instance. `instance_id` never changes: browsers remember it."""

    instance_id: str
    name: str = "Cromulent"
    voice_enabled: bool = True
    registration_mode: RegistrationMode = "closed"

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.strip()) <= NAME_CHARACTERS:
            raise InvalidInput(f"The name of the instance has 1 to {NAME_CHARACTERS} characters.")
        if self.registration_mode not in REGISTRATION_MODES:
            raise InvalidInput("Registration is by invite, open or closed.")
