"""Why the server closes a gateway connection, and what the client may do then."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """Codes of our own range. Any other close means: reconnect and resume."""

    INTERNAL_ERROR = 4000
    MALFORMED_FRAME = 4001
    FRAME_TOO_LARGE = 4002
    IDENTIFY_TIMEOUT = 4003
    NOT_AUTHENTICATED = 4004
    LOGIN_SESSION_ENDED = 4005
    RATE_LIMITED = 4006
    TOO_SLOW = 4007
    RESTARTING = 4008
    HEARTBEAT_LOST = 4009
    UNSUPPORTED_PROTOCOL = 4010
    TOO_MANY_CONNECTIONS = 4011
    USER_DISABLED = 4012
    TOKEN_REPLACED = 4013

    @property
    def may_reconnect(self) -> bool:
        """Whether coming back without a person's doing can succeed."""
        return self not in _FINAL

    @property
    def may_resume(self) -> bool:
        """Whether the client's cursor is still good."""
        return self not in _FINAL


_FINAL = frozenset(
    {
        CloseCode.NOT_AUTHENTICATED,
        CloseCode.LOGIN_SESSION_ENDED,
        CloseCode.UNSUPPORTED_PROTOCOL,
        CloseCode.USER_DISABLED,
    }
)
