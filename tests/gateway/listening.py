"""A reference client on a fake socket: it applies what the connection sends, as it is sent."""

from __future__ import annotations

import msgspec

from cromulent.accounts import Identity
from cromulent.gateway import Connection
from tests.delivery.client_model import ClientModel
from tests.gateway.fake_socket import TEXT, FakeSocket, frames_of
from tests.gateway.stage import Stage

HELLO = {"op": "hello"}


class Listener:
    """Somebody who listens, leaves, and comes back with a cursor."""

    def __init__(self, stage: Stage, who: Identity) -> None:
        self.stage = stage
        self.who = who
        self.model = ClientModel(who.user.user_name)
        self.socket = FakeSocket()
        self.connection: Connection | None = None
        self._read = 0

    @property
    def is_live(self) -> bool:
        """Whether it is connected and up to date."""
        return self.connection is not None and self.connection.is_live

    async def come(self, socket: FakeSocket | None = None) -> None:
        """Connect, resuming where there is something to resume from; returns when live or gone."""
        self.socket = socket or FakeSocket()
        self.connection, _ = self.stage.connect(self.who, self.socket)
        self._read = 0
        self.model.connected()
        self.model.handle(HELLO)
        await self.stage.welcome.bring_live(self.connection, self.model.cursor)
        self.read()
        if self.is_live:
            self.model.caught_up()

    def go(self) -> None:
        """Vanish; what was not read is lost."""
        if self.connection is not None:
            self.socket.hang_up()
            self.stage.hub.remove(self.connection)

    def read(self) -> ClientModel:
        """Apply what has arrived since the last time."""
        data = self.socket.sent[self._read :]
        self._read += len(data)
        for first, payload in frames_of(data):
            if first == TEXT:
                self.model.handle(msgspec.json.decode(payload))
        return self.model


async def fresh(stage: Stage, who: Identity) -> ClientModel:
    """What a client holds that starts now."""
    listener = Listener(stage, who)
    await listener.come()
    listener.go()
    return listener.model
