"""Presence as it travels."""

from __future__ import annotations

from collections.abc import Sequence

from cromulent.gateway.hub import Hub
from cromulent.gateway.protocol import PresenceChanged, PresenceSettled


class PresenceNews:
    """How everybody hears of those who came, went, and came back after a start."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def changed(self, online: Sequence[str], offline: Sequence[str]) -> None:
        """Somebody came or went."""
        self._hub.announce_to_all("presence.changed", PresenceChanged(list(online), list(offline)))

    def settled(self, online: Sequence[str]) -> None:
        """Nobody else has come back."""
        self._hub.announce_to_all("presence.settled", PresenceSettled(list(online)))
