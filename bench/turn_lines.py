"""A client of a TURN server, as far as one is needed to have packets relayed: an allocation, a channel, and the socket they belong to."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aioice import stun

from bench.loopback import HOST

CHANNEL = 0x4000
"""The number every line calls its peer by."""
ANSWER_SECONDS = 5
_UDP = 17 << 24
_UNAUTHENTICATED, _STALE_NONCE = 401, 438


@dataclass(frozen=True)
class TurnCredentials:
    """What a page is given."""

    username: str
    credential: str


class TurnLine:
    """A connected UDP socket with an allocation at a relay on the loopback address. Raises RuntimeError when it is refused."""

    def __init__(self, port: int, credentials: TurnCredentials) -> None:
        self._credentials = credentials
        self._realm = ""
        self._nonce = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(ANSWER_SECONDS)
        self.socket.connect((HOST, port))
        answer = self._ask(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": _UDP})
        self.relayed: tuple[str, int] = answer.attributes["XOR-RELAYED-ADDRESS"]

    def bind(self, peer: tuple[str, int]) -> None:
        """From here on `CHANNEL` is this peer."""
        self._ask(stun.Method.CHANNEL_BIND, {"CHANNEL-NUMBER": CHANNEL, "XOR-PEER-ADDRESS": peer})

    def _ask(self, method: stun.Method, attributes: dict[str, Any]) -> stun.Message:
        answer = self._answer(self._request(method, attributes))
        if answer.attributes.get("ERROR-CODE", (0, ""))[0] in (_UNAUTHENTICATED, _STALE_NONCE):
            self._nonce = answer.attributes["NONCE"]
            self._realm = answer.attributes["REALM"]
            answer = self._answer(self._request(method, attributes))
        if answer.message_class is not stun.Class.RESPONSE:
            raise RuntimeError(f"the relay refuses {method.name}: {answer.attributes.get('ERROR-CODE')}")
        return answer

    def _request(self, method: stun.Method, attributes: dict[str, Any]) -> stun.Message:
        request = stun.Message(method, stun.Class.REQUEST, attributes=dict(attributes))
        if self._nonce:
            username, credential = self._credentials.username, self._credentials.credential
            request.attributes |= {"USERNAME": username, "NONCE": self._nonce, "REALM": self._realm}
            key = hashlib.md5(f"{username}:{self._realm}:{credential}".encode(), usedforsecurity=False).digest()
            request.add_message_integrity(key)
        return request

    def _answer(self, request: stun.Message) -> stun.Message:
        """The answer to this request; packets of before that are still under way are not it."""
        self.socket.send(bytes(request))
        while True:
            data = self.socket.recv(2048)
            if data[8:20] == request.transaction_id:
                return stun.parse_message(data)


@contextmanager
def connected_pairs(port: int, pairs: list[tuple[TurnCredentials, TurnCredentials]]) -> Iterator[list[TurnLine]]:
    """Two lines for each pair, which are each other's peers."""
    lines: list[TurnLine] = []
    try:
        for both in pairs:
            left, right = (TurnLine(port, credentials) for credentials in both)
            lines += [left, right]
            left.bind(right.relayed)
            right.bind(left.relayed)
        yield lines
    finally:
        for line in lines:
            line.socket.close()
