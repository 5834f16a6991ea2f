"""For whatever watches the process: is it alive, can it work."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get
from litestar.di import NamedDependency

from cromulent.db import Database, head_pos
from cromulent.kernel.errors import Unavailable
from cromulent.web.authentication import PUBLIC

PROBE_SECONDS = 2.0


class HealthAnswer(msgspec.Struct, frozen=True):
    """All is well; otherwise there is a problem instead."""

    status: str = "ok"


@get("/healthz", opt=PUBLIC)
async def healthz() -> HealthAnswer:
    """The process answers. It says nothing about the database."""
    return HealthAnswer()


@get("/readyz", opt=PUBLIC)
async def readyz(database: NamedDependency[Database]) -> HealthAnswer:
    """The database can be read, and the writer gets its turn. Raises `Unavailable` (`not_ready`)."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await database.read(head_pos)
            await database.write(lambda unit: None)
    except Exception as error:
        raise Unavailable("The database does not answer.", code="not_ready") from error
    return HealthAnswer()


ROUTES = (healthz, readyz)
