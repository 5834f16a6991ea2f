"""Resume tokens: they name a participant across reconnects and restarts. They never authorise: rights are checked each time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cromulent.voice.errors import InvalidResumeToken

_VERSION = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `issued_at` has microseconds and grows with each token of one user and channel."""

    participant_id: str
    user_id: str
    channel_id: str
    login_session_id: str
    issued_at: datetime


class TokenSigner:
    """Makes and reads tokens: fields and HMAC-SHA256 over them, with a key that outlives restarts."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.digest(secret_key, b"cromulent voice resume token", hashlib.sha256)

    def sign(self, claims: Claims) -> str:
        """The token of these claims."""
        microseconds = (claims.issued_at - _EPOCH) // _MICROSECOND
        fields = (claims.participant_id, claims.user_id, claims.channel_id, claims.login_session_id, str(microseconds))
        body = ".".join((_VERSION, *fields)).encode()
        return f"{_to_text(body)}.{_to_text(self._mac(body))}"

    def read(self, token: str) -> Claims:
        """The claims of a token of ours. Raises `InvalidResumeToken`."""
        body_text, _, mac_text = token.partition(".")
        try:
            if len(token) > _MAX_LENGTH:
                raise InvalidResumeToken
            body, mac = _from_text(body_text), _from_text(mac_text)
        except (ValueError, binascii.Error):
            raise InvalidResumeToken from None
        if not hmac.compare_digest(mac, self._mac(body)):
            raise InvalidResumeToken
        version, participant_id, user_id, channel_id, login_session_id, microseconds = body.decode().split(".")
        if version != _VERSION:
            raise InvalidResumeToken
        issued_at = _EPOCH + int(microseconds) * _MICROSECOND
        return Claims(participant_id, user_id, channel_id, login_session_id, issued_at)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
