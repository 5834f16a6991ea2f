"""Time-limited TURN credentials made from a shared secret: what a relay checks without asking anybody.

Source: draft-uberti-behave-turn-rest-00, which coturn implements as `use-auth-secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

CREDENTIAL_LIFE_SECONDS = 6 * 3600
_USERNAME = re.compile(r"(?P<expiry>[0-9]{1,11}):(?P<user>[0-9a-f]{20})")


@dataclass(frozen=True, slots=True)
class RestCredentials:
    """`secret` is what issuer and relay share; `life_seconds` how long what is issued is good for a new allocation."""

    secret: bytes
    life_seconds: int = CREDENTIAL_LIFE_SECONDS

    @classmethod
    def of_instance(cls, secret_key: bytes, life_seconds: int = CREDENTIAL_LIFE_SECONDS) -> RestCredentials:
        """Those of the built-in relay, from the key of the instance: the same after every restart."""
        return cls(hmac.digest(secret_key, b"secret of the built-in relay", hashlib.sha256), life_seconds)

    def issue(self, user_id: str, now: datetime) -> tuple[str, float]:
        """A user name, and the seconds it is good for.

        The expiry is rounded down to `min(10 min, life / 10)`: joins of one user share credentials for a while.
        """
        step = min(600, self.life_seconds // 10)
        expires_at = int(now.timestamp() + self.life_seconds) // step * step
        return f"{expires_at}:{self.opaque(user_id)}", expires_at - now.timestamp()

    def credential(self, username: str) -> str:
        """The password that belongs to a user name."""
        return base64.b64encode(hmac.digest(self.secret, username.encode(), hashlib.sha1)).decode()

    def opaque(self, user_id: str) -> str:
        """What a relay knows a user by: always the same, so that its quotas hold, and nothing else can be read from it."""
        return hmac.digest(self.secret, b"opaque user id " + user_id.encode(), hashlib.sha256).hex()[:20]


def read_username(username: str) -> tuple[float, str] | None:
    """The expiry (Unix seconds) and the opaque user of a user name as `RestCredentials.issue` makes them."""
    match = _USERNAME.fullmatch(username)
    return (float(match["expiry"]), match["user"]) if match else None
