"""What can happen to the settings."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.facts import Fact
from cromulent.settings.model import InstanceSettings


@dataclass(frozen=True, slots=True)
class SettingsChanged(Fact):
    """The switches are now these. Heard by everybody; `changed` names those that were others before."""

    settings: InstanceSettings
    changed: tuple[str, ...] = ()
    actor_id: str | None = None
