"""The HTTP side of an instance put together: front door, client files, API."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from cromulent import __version__
from cromulent.accounts import AccountService, ProfileService, RegistrationService, UserAdministration
from cromulent.admin import AdminService
from cromulent.channels import ChannelService
from cromulent.db import Database
from cromulent.messages import MessageService
from cromulent.notifications import NotificationService
from cromulent.settings import SettingsService
from cromulent.voice import VoiceService
from cromulent.web.authentication import Authentication, identity_of, visitor_of
from cromulent.web.client_files import STATIC_FOLDER, ClientFiles, ClientOrApi
from cromulent.web.errors import answer_with_problem
from cromulent.web.front_door import AsgiApp, FrontDoor
from cromulent.web.routes import (
    accounts,
    admin,
    calls,
    channels,
    health,
    ice_servers,
    instance,
    invites,
    login_sessions,
    messages,
    read_states,
    users,
    voice,
)

API_PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the routes work with. Each field is a dependency of the same name: a route asks for it with a `NamedDependency`."""

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


ROUTES: tuple[ControllerRouterHandler, ...] = (
    *instance.ROUTES,
    *accounts.ROUTES,
    *login_sessions.ROUTES,
    *users.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *read_states.ROUTES,
    *voice.ROUTES,
    *admin.ROUTES,
    *ice_servers.ROUTES,
    *calls.ROUTES,
    *invites.ROUTES,
)
"""Everything below `/api/v1`; see `docs/protocol.md`."""


def create_app(
    services: Services, allowed_origins: frozenset[str] = frozenset(), *, static_folder: Path = STATIC_FOLDER
) -> AsgiApp:
    """The application for every HTTP request; the gateway's WebSocket is mounted before it."""
    api = cast("AsgiApp", create_api(services))
    return FrontDoor(ClientOrApi(ClientFiles(static_folder), api), allowed_origins)


def create_api(services: Services) -> Litestar:
    """The routes, their guard and their errors. Use it through `create_app`, which checks what comes in."""
    named: dict[str, Any] = {field.name: getattr(services, field.name) for field in fields(services)}
    dependencies = {name: _always(service) for name, service in named.items()}
    dependencies["identity"] = Provide(identity_of, sync_to_thread=False)
    dependencies["visitor"] = Provide(visitor_of, sync_to_thread=False)
    authentication = Authentication(services.accounts)
    return Litestar(
        route_handlers=[Router(API_PREFIX, route_handlers=ROUTES), *health.ROUTES],
        guards=[authentication.guard],
        state=State({"authentication": authentication, **named}),
        dependencies=dependencies,
        exception_handlers={Exception: answer_with_problem},
        openapi_config=OpenAPIConfig(
            title="Cromulent", version=__version__, path="/api/schema", render_plugins=[JsonRenderPlugin()]
        ),
        logging_config=None,
    )


def _always(service: object) -> Provide:
    def provided() -> Any:
        return service

    return Provide(provided, sync_to_thread=False)
