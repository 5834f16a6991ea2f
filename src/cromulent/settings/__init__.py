"""Settings of the instance that live in its database: who it is, what is switched on, the key it signs with."""

from cromulent.settings.facts import SettingsChanged
from cromulent.settings.model import InstanceSettings, RegistrationMode
from cromulent.settings.service import SettingsChange, SettingsService, change_settings, initialise_settings
from cromulent.settings.store import get_settings

__all__ = [
    "InstanceSettings",
    "RegistrationMode",
    "SettingsChange",
    "SettingsChanged",
    "SettingsService",
    "change_settings",
    "get_settings",
    "initialise_settings",
]
