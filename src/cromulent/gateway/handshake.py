"""The first seconds of a connection: `hello`, `identify`, and who is there. Its result is another type than what it starts from."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from cromulent import __version__
from cromulent.accounts import AccountService, Identity, checked_device
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.connection import Connection, Socket
from cromulent.gateway.frames import frame_of
from cromulent.gateway.limits import GatewayLimits
from cromulent.gateway.protocol import PROTOCOL, ClientFrame, Hello, Identify, InstanceInfo
from cromulent.kernel.errors import InvalidInput, NotAuthenticated
from cromulent.kernel.http import login_token_of
from cromulent.kernel.json_input import check_json
from cromulent.voice import host_of

_decoder = msgspec.json.Decoder[ClientFrame](ClientFrame)


class HandshakeFailed(Exception):
    """The client did not get in; `code` closes the socket."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.name)
        self.code = code


class Handshake:
    """Says `hello`, waits for `identify`, and finds out whose connection it is."""

    def __init__(self, accounts: AccountService, instance: InstanceInfo, limits: GatewayLimits) -> None:
        self._accounts = accounts
        self._limits = limits
        self._hello = frame_of(Hello(PROTOCOL, instance, __version__, max(1, round(limits.ping_seconds))))

    async def run(
        self, socket: Socket, headers: dict[bytes, bytes], receive: Callable[[], Awaitable[Any]], *, scheme: str
    ) -> tuple[Connection, str | None]:
        """The connection and the cursor it wants to resume from. Raises `HandshakeFailed`.

        A cursor stated to be another user's is none: what its client holds is theirs, since somebody else has logged in there.
        """
        socket.write(self._hello)
        try:
            async with asyncio.timeout(self._limits.identify_seconds):
                message = await receive()
        except TimeoutError:
            raise HandshakeFailed(CloseCode.IDENTIFY_TIMEOUT) from None
        identify = self._decode(message.get("text"))
        token = identify.token or login_token_of(headers, scheme)
        identity = await self._identify(token)
        given = identify.client.device
        device = checked_device(given) if given.strip() else identity.device
        connection = Connection(socket, identity, device, self._limits)
        connection.host = sys.intern(host_of(headers.get(b"host", b"").decode("latin-1")))
        is_own = identify.user_id in (None, identity.user.id)
        return connection, identify.cursor if is_own else None

    def _decode(self, text: str | None) -> Identify:
        if text is None:
            raise HandshakeFailed(CloseCode.MALFORMED_FRAME)
        if len(text.encode()) > self._limits.command_bytes:
            raise HandshakeFailed(CloseCode.FRAME_TOO_LARGE)
        try:
            check_json(text)
            frame = _decoder.decode(text)
        except (InvalidInput, msgspec.DecodeError):
            raise HandshakeFailed(CloseCode.MALFORMED_FRAME) from None
        if not isinstance(frame, Identify):
            raise HandshakeFailed(CloseCode.NOT_AUTHENTICATED)
        return frame

    async def _identify(self, token: str | None) -> Identity:
        if token is None:
            raise HandshakeFailed(CloseCode.NOT_AUTHENTICATED)
        try:
            return await self._accounts.identify(token)
        except NotAuthenticated:
            raise HandshakeFailed(CloseCode.NOT_AUTHENTICATED) from None
