"""The mark a browser keeps once somebody has logged in with it, so that strangers who guess cannot lock its owner out."""

from __future__ import annotations

import hashlib
import hmac

from cromulent.kernel.ids import is_id, new_id

MAX_MARK_LENGTH = 200


class KnownDevices:
    """Makes and recognises marks: a user's id, a random one for the browser, and a signature over both.

    A mark opens nothing. It only gives the failures of its browser a count of their own (OWASP calls it a device cookie).
    """

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.digest(secret_key, b"known device", hashlib.sha256)

    def mark_for(self, user_id: str, mark: str = "") -> str:
        """The mark for a browser this user has just logged in with: the one it has, when that is good."""
        return mark if self.device_of(mark, user_id) else self._signed(user_id, new_id())

    def device_of(self, mark: str, user_id: str) -> str | None:
        """Which browser a mark stands for, or None when it was not made for this user by this instance."""
        owner, _, rest = mark[:MAX_MARK_LENGTH].partition(".")
        device = rest.partition(".")[0]
        if owner != user_id or not is_id(device):
            return None
        known = hmac.compare_digest(self._signed(user_id, device).encode(), mark.encode("utf-8", "replace"))
        return device if known else None

    def _signed(self, user_id: str, device: str) -> str:
        text = f"{user_id}.{device}"
        return f"{text}.{hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()}"
