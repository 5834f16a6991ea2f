"""What is of the moment adds up too: rooms and presence as heard are rooms and presence as a fresh client is told."""

from __future__ import annotations

import asyncio
import json
import random
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.checker import Checker
from tests.delivery.client import Client

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
DEADLINE_SECONDS = 20.0


class Talker:
    """A client that goes in and out of a voice room."""

    def __init__(self, client: Client, room: str) -> None:
        self.client = client
        self.room = room
        self.joined: Json | None = None
        self._refs = count(1)

    async def act(self, luck: random.Random) -> None:
        """Join, or when in the room change something or leave."""
        if self.joined is None:
            sound = {"muted": luck.random() < 0.5, "deafened": False, "sends_audio": True}
            join = {"channel_id": self.room, "join_id": f"{luck.random()}", **sound, "takeover": True}
            self.joined = (await self._command("voice.join", join)).get("d")
        elif luck.random() < 0.4:
            token = {name: self.joined[name] for name in ("participant_id", "resume_token")}
            await self._command("voice.leave", token)
            self.joined = None
        else:
            connection = luck.choice(["connecting", "connected", "reconnecting"])
            await self._command("voice.update", {"connection": connection, "muted": luck.random() < 0.5})

    async def _command(self, name: str, d: Json) -> Json:
        return await self.client.command({"op": "command", "ref": next(self._refs), "t": name, "d": d})


async def test_rooms_and_presence_as_heard_are_as_a_fresh_client_is_told(tmp_path: Path) -> None:
    checker = Checker(tmp_path / "data", seed=7)
    await checker.set_up()
    luck = checker.luck
    try:
        await checker.server.start()
        clients = checker.clients[1:]
        async with checker.everybody_listening(clients):
            room = next(one["id"] for one in clients[0].model.channels.values() if one["kind"] == "voice")
            talkers = [Talker(client, room) for client in clients]
            for _ in range(60):
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await luck.choice(talkers).act(luck)
            assert any(client.model.rooms for client in clients)
        violations = await checker.verdict()
        revs = {json.dumps(client.model.rooms[room]["rev"]) for client in clients}
    finally:
        await checker.close()
    assert violations == [], checker.report(violations)
    assert len(revs) == 1
