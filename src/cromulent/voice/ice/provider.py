"""Providers of ICE servers, and the two simplest: none, and a fixed list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cromulent.voice.model import IceServer


@dataclass(frozen=True, slots=True)
class Grant:
    """ICE servers for one user; `life_seconds` from the instant they were asked for, None when they do not expire."""

    servers: tuple[IceServer, ...]
    life_seconds: float | None


class Provider(Protocol):
    """Where ICE servers come from."""

    name: str

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """Servers for a user. Whatever it raises is logged, and calls go on with what is left."""
        ...


class NoProvider:
    """Nothing but the STUN of the instance itself."""

    name = "none"

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`."""
        return Grant((), None)


class StaticProvider:
    """The same servers for everybody, for ever."""

    name = "static"

    def __init__(self, servers: Sequence[IceServer]) -> None:
        self._grant = Grant(tuple(servers), None)

    async def servers(self, user_id: str, now: datetime) -> Grant:
        """See `Provider`."""
        return self._grant
