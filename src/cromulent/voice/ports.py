"""What voice needs of the world outside: a page to talk to, the members of a channel, the rights, the switch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from cromulent.channels import Channel
from cromulent.voice.notices import Notice


class Endpoint(Protocol):
    """The page (app, bot) at the other end of one connection. Compared by identity."""

    @property
    def user_id(self) -> str:
        """Whose page it is."""
        ...

    @property
    def login_session_id(self) -> str:
        """The login session it stands on."""
        ...

    @property
    def device(self) -> str:
        """What a person would call the device."""
        ...

    @property
    def heard_at(self) -> float:
        """When the last byte came from it, in the clock's monotonic seconds."""
        ...

    def dispatch(self, name: str, payload: Notice) -> None:
        """Tell it something. Never waits, never raises."""
        ...

    def ping(self) -> None:
        """Ask its socket for a sign of life, which shows in `heard_at`."""
        ...

    def set_ping_interval(self, seconds: float | None) -> None:
        """How often it is pinged from now on; None is the usual interval."""
        ...


Announce = Callable[[str, str, Notice], None]
"""Tell the members of a channel: (channel id, dispatch name, payload). Never waits."""

Seated = Callable[[str, str | None], None]
"""Learn where a user's voice is now: (user id, channel id or None). Never waits."""

ChannelGate = Callable[[str, str], Awaitable[Channel]]
"""(user id, channel id) → the channel, for a user who may be in it; raises `NotFound`."""
