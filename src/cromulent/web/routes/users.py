"""The public profiles of users."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cromulent import wire
from cromulent.accounts import get_user
from cromulent.db import Database
from cromulent.web.routes.accounts import UserAnswer


@get("/users/{user_id:str}")
async def show_user(user_id: FromPath[str], database: NamedDependency[Database]) -> UserAnswer:
    """One user's public profile."""
    return UserAnswer(wire.user_to_wire(await database.read(lambda connection: get_user(connection, user_id))))


ROUTES = (show_user,)
