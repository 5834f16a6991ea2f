"""Who asks: long-term credentials (RFC 8489 §9.2) whose passwords anybody with the secret can compute, and nonces that expire."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from cromulent.kernel.clock import Clock
from cromulent.relay import attributes as names
from cromulent.relay.allocations import Allocation
from cromulent.relay.policy import REALM, Lifetimes
from cromulent.relay.rest_credentials import RestCredentials, read_username
from cromulent.relay.turn_message import TurnMessage

UNAUTHENTICATED = 401
WRONG_CREDENTIALS = 441
STALE_NONCE = 438
BAD_REQUEST = 400


class Refusal(Exception):
    """A request that is not granted; `code` is that of RFC 8489 and 8656. `key` signs the answer once it is known who asks."""

    def __init__(self, code: int, key: bytes | None = None) -> None:
        super().__init__(str(code))
        self.code = code
        self.key = key


@dataclass(frozen=True, slots=True)
class Signer:
    """Who has signed a request: the user name, the opaque user in it, and the key."""

    username: str
    user: str
    key: bytes


class Nonces:
    """Nonces nobody has to remember: an expiry and our signature over it and over the address that was given it."""

    def __init__(self, secret: bytes, clock: Clock, life_seconds: int) -> None:
        self._key = hmac.digest(secret, b"nonces of the relay", hashlib.sha256)
        self._clock = clock
        self._life = life_seconds

    def make(self, host: str) -> bytes:
        """A nonce for whoever asks from `host`."""
        expiry = int(self._clock.now().timestamp()) + self._life
        return self._signed(b"%08x" % expiry, host)

    def is_good(self, nonce: bytes, host: str) -> bool:
        """Whether we have given it to `host`, and not too long ago."""
        if not hmac.compare_digest(nonce, self._signed(nonce[:8], host)):
            return False
        rest = int(nonce[:8], 16) - self._clock.now().timestamp()
        return 0 < rest <= self._life

    def _signed(self, expiry: bytes, host: str) -> bytes:
        return expiry + hmac.digest(self._key, expiry + host.encode(), hashlib.sha256)[:12].hex().encode()


class Authentication:
    """Finds out who has signed a request. The expiry of a user name counts only where something new is asked for."""

    def __init__(self, credentials: RestCredentials, clock: Clock, lifetimes: Lifetimes) -> None:
        self.nonces = Nonces(credentials.secret, clock, lifetimes.nonce_seconds)
        self._credentials = credentials
        self._clock = clock
        self._farthest = lifetimes.credentials_seconds

    def signer(self, request: TurnMessage, host: str, allocation: Allocation | None) -> Signer:
        """Who asks. `allocation` is what the asker holds already. Raises `Refusal`."""
        if not request.signed:
            raise Refusal(UNAUTHENTICATED)
        username, realm, nonce = (request.find(kind) for kind in (names.USERNAME, names.REALM, names.NONCE))
        if username is None or realm is None or nonce is None:
            raise Refusal(BAD_REQUEST)
        if not self.nonces.is_good(nonce, host):
            raise Refusal(STALE_NONCE)
        signer = self._signer_named(username.decode(errors="replace"), allocation)
        if realm != REALM.encode() or not request.is_signed_with(signer.key):
            raise Refusal(UNAUTHENTICATED)
        if allocation is not None and allocation.username != signer.username:
            raise Refusal(WRONG_CREDENTIALS, signer.key)
        return signer

    def _signer_named(self, username: str, allocation: Allocation | None) -> Signer:
        if allocation is not None and allocation.username == username:
            return Signer(username, allocation.owner.user, allocation.key)
        claims = read_username(username)
        if claims is None:
            raise Refusal(UNAUTHENTICATED)
        expiry, user = claims
        if not 0 < expiry - self._clock.now().timestamp() <= self._farthest:
            raise Refusal(UNAUTHENTICATED)
        return Signer(username, user, long_term_key(username, self._credentials.credential(username)))


def long_term_key(username: str, password: str) -> bytes:
    """The key of long-term credentials (RFC 8489 §9.2.2)."""
    return hashlib.md5(f"{username}:{REALM}:{password}".encode(), usedforsecurity=False).digest()
