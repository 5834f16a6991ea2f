"""What the routes work with, and how it comes to them: with each request, as the routes are the same for every instance."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, cast

from cromulent.accounts import AccountService, ProfileService, RegistrationService, UserAdministration
from cromulent.admin import AdminService
from cromulent.channels import ChannelService
from cromulent.db import Database
from cromulent.messages import MessageService
from cromulent.notifications import NotificationService
from cromulent.settings import SettingsService
from cromulent.voice import VoiceService

_KEY = "cromulent_services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Each field is a dependency of the same name: a route asks for it with a `NamedDependency`."""

    database: Database
    settings: SettingsService
    accounts: AccountService
    registration: RegistrationService
    profiles: ProfileService
    user_administration: UserAdministration
    admin: AdminService
    channels: ChannelService
    messages: MessageService
    notifications: NotificationService
    voice: VoiceService
    source_url: str | None

    def accompany(self, scope: MutableMapping[str, Any]) -> None:
        """Go with a request, for `services_of`."""
        scope[_KEY] = self


def services_of(scope: Mapping[str, Any]) -> Services:
    """The services of the instance a request was sent to."""
    return cast("Services", scope[_KEY])
