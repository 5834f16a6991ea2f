"""Who has chosen to go through the relay only: known while their voice is here, whatever comes first, the answer or the news."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cromulent.accounts import UserSettings

ChosenSettings = Callable[[str], Awaitable[UserSettings]]
"""User id → what they have chosen. May raise `Unavailable`."""


class HiddenUsers:
    """The newest choice of each user who has come since the start, by its `rev`."""

    def __init__(self, chosen: ChosenSettings) -> None:
        self._chosen = chosen
        self._known: dict[str, tuple[int, bool]] = {}

    async def learn(self, user_id: str) -> None:
        """Somebody comes: ask what they have chosen. Raises `Unavailable`."""
        self.hear(user_id, await self._chosen(user_id))

    def hear(self, user_id: str, settings: UserSettings) -> None:
        """Somebody has these settings; older ones than those known change nothing."""
        known = self._known.get(user_id)
        if known is None or settings.rev >= known[0]:
            self._known[user_id] = (settings.rev, bool(settings.relay_only))

    def has(self, user_id: str) -> bool:
        """Whether nobody is to learn the address of this user."""
        return self._known.get(user_id, (0, False))[1]
