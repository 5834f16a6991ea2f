"""Settings of the instance that live in its database: who it is, what is switched on, the key it signs with."""

from cromulent.settings.facts import SettingsChanged
from cromulent.settings.model import InstanceSettings, RegistrationMode
from cromulent.settings.service import SettingsService, initialise_settings

__all__ = ["InstanceSettings", "RegistrationMode", "SettingsChanged", "SettingsService", "initialise_settings"]
