"""Presence as it travels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cromulent.gateway.hub import Hub
from cromulent.gateway.protocol import PresenceChanged


def announce_presence_through(hub: Hub) -> Callable[[Sequence[str], Sequence[str]], None]:
    """How everybody hears of those who came and went."""

    def announce(online: Sequence[str], offline: Sequence[str]) -> None:
        hub.announce_to_all("presence.changed", PresenceChanged(list(online), list(offline)))

    return announce
