"""People in voice rooms: each keeps a connection to the gateway, takes what comes on it, and has the credentials it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import msgspec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from bench.loopback import HOST, START_SECONDS
from bench.turn_lines import TurnCredentials

_JOIN = 1
"""The number of the only command."""


class _IceServer(msgspec.Struct):
    username: str | None = None
    credential: str | None = None


class _Joined(msgspec.Struct):
    ice_servers: list[_IceServer]


class _Frame(msgspec.Struct):
    op: str
    ref: int | None = None
    d: msgspec.Raw = msgspec.Raw(b"")


@contextmanager
def people_in_rooms(port: int, seats: Sequence[tuple[str, str]]) -> Iterator[list[TurnCredentials]]:
    """Each of `seats` is the token of a user and the channel they are to be in; their credentials for the relay, in the same order."""
    with ExitStack() as held:
        gateways = [held.enter_context(connect(f"ws://{HOST}:{port}/gateway", compression=None)) for _ in seats]
        credentials = [
            _join(gateway, token, channel_id) for gateway, (token, channel_id) in zip(gateways, seats, strict=True)
        ]
        readers = [threading.Thread(target=_read, args=(gateway,)) for gateway in gateways]
        for reader in readers:
            reader.start()
        try:
            yield credentials
        finally:
            for gateway in gateways:
                gateway.close()
            for reader in readers:
                reader.join()


def _join(gateway: ClientConnection, token: str, channel_id: str) -> TurnCredentials:
    client = {"kind": "bot", "device": "bench", "version": "1"}
    _say(gateway, {"op": "identify", "token": token, "client": client})
    _wait_for(gateway, lambda frame: frame.op == "ready")
    call = {"channel_id": channel_id, "join_id": "bench", "muted": False, "deafened": False, "sends_audio": True}
    _say(gateway, {"op": "command", "ref": _JOIN, "t": "voice.join", "d": call})
    joined = msgspec.json.decode(_wait_for(gateway, lambda frame: frame.ref == _JOIN).d, type=_Joined)
    relay = joined.ice_servers[-1]
    if relay.username is None or relay.credential is None:
        raise RuntimeError("the server has no relay")
    return TurnCredentials(relay.username, relay.credential)


def _say(gateway: ClientConnection, frame: dict[str, object]) -> None:
    gateway.send(msgspec.json.encode(frame), text=True)


def _wait_for(gateway: ClientConnection, wanted: Callable[[_Frame], bool]) -> _Frame:
    while True:
        frame = msgspec.json.decode(gateway.recv(START_SECONDS), type=_Frame)
        if wanted(frame):
            return frame


def _read(gateway: ClientConnection) -> None:
    """Take what comes until the end; a connection nobody reads answers no pings either."""
    try:
        while True:
            gateway.recv()
    except ConnectionClosed:
        return
