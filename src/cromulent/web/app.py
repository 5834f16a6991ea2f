"""The HTTP side of an instance put together: front door, client files, API."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler
from litestar.types import Scope as LitestarScope

from cromulent import __version__
from cromulent.web.authentication import guard, identity_of, visitor_of
from cromulent.web.client_files import STATIC_FOLDER, ClientFiles, ClientOrApi
from cromulent.web.errors import answer_with_problem
from cromulent.web.front_door import AsgiApp, FrontDoor, Receive, Scope, Send
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
from cromulent.web.services import Services, services_of

API_PREFIX = "/api/v1"


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
    return FrontDoor(ClientOrApi(ClientFiles(static_folder), Api(services)), allowed_origins)


class Api:
    """The routes, working on one instance. Use it through `create_app`, which checks what comes in."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._routes = cast("AsgiApp", routes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._services.accompany(scope)
        await self._routes(scope, receive, send)


@cache
def routes() -> Litestar:
    """The routes, their guard and their errors: made once for all instances of the process; only tests have several."""
    dependencies = {field.name: _service(field.name) for field in fields(Services)}
    dependencies["identity"] = Provide(identity_of, sync_to_thread=False)
    dependencies["visitor"] = Provide(visitor_of, sync_to_thread=False)
    return Litestar(
        route_handlers=[Router(API_PREFIX, route_handlers=ROUTES), *health.ROUTES],
        guards=[guard],
        dependencies=dependencies,
        exception_handlers={Exception: answer_with_problem},
        openapi_config=OpenAPIConfig(
            title="Cromulent", version=__version__, path="/api/schema", render_plugins=[JsonRenderPlugin()]
        ),
        logging_config=None,
    )


def _service(name: str) -> Provide:
    def provided(scope: LitestarScope) -> Any:
        return getattr(services_of(cast("Scope", scope)), name)

    return Provide(provided, sync_to_thread=False)
