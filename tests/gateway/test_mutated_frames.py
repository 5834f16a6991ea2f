"""Frames that are nearly right, by the thousand: each is answered or closes its connection, and none is a bug of the server's.

`CROMULENT_TEST_FRAMES=100000` makes the long run, `CROMULENT_TEST_SEED` repeats one.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from itertools import islice
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cromulent.channels import channels_of
from cromulent.gateway import Connection, VoiceCommands
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.protocol import VoiceHeard
from cromulent.kernel.clock import FakeClock
from tests.api.people import Person, arrive, private_channel
from tests.api.site import Site
from tests.gateway.guests import Guest, Json
from tests.gateway.mutations import Mutator

pytestmark = pytest.mark.anyio
FRAMES = int(os.environ.get("CROMULENT_TEST_FRAMES", "3000"))
SEED = int(os.environ.get("CROMULENT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
AT_ONCE = 6
ANSWERED_BY_CLOSING = {CloseCode.MALFORMED_FRAME, CloseCode.FRAME_TOO_LARGE, CloseCode.NOT_AUTHENTICATED}
JOIN = {"muted": False, "deafened": False, "sends_audio": True, "takeover": True}


@pytest.fixture
async def site(tmp_path: Path, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Site]:
    """A whole instance, without a network."""
    made = await Site.open(tmp_path, clock)
    yield made
    await made.close()


class Hall:
    """An instance with two calls in it, whose participants say what a mutator makes up."""

    def __init__(self, site: Site, known: dict[str, list[str]], guests: list[Guest], channel_id: str) -> None:
        self.site = site
        self.known = known
        self.guests = guests
        self._channel_id = channel_id
        self._joins = 0
        self.answers: Counter[str] = Counter()

    @classmethod
    async def open(cls, site: Site) -> Hall:
        """Ann and Ben are in a call in a channel of theirs, and each of them is known by id and token."""
        people = [await arrive(site, name) for name in ("ann", "ben")]
        private = await private_channel(site, *people, kind="voice")
        mine = await site.instance.database.read(lambda connection: channels_of(connection, people[0].user.id))
        guests = [Guest(site.instance.app, token_of(person)) for person in people]
        known = {"channel_id": [channel.id for channel in mine], "token": list(map(token_of, people))}
        hall = cls(site, known, guests, private.id)
        for guest in guests:
            await hall.join(guest)
        return hall

    async def join(self, guest: Guest) -> None:
        """Come, and into the call."""
        await guest.come()
        self._joins += 1
        guest.command("voice.join", {"channel_id": self._channel_id, "join_id": f"join {self._joins}", **JOIN})
        self.learn(await said_back(guest))

    def learn(self, joined: Json) -> None:
        """Ids and tokens of a participant, to be used in frames."""
        for names, value in (
            (("to", "participant_id", "0"), joined["participant_id"]),
            (("resume_token",), joined["resume_token"]),
        ):
            for name in names:
                self.known[name] = [*self.known.get(name, []), value][-4:]

    async def torment(self, frames: int, seed: int) -> None:
        """Say so many frames; whoever is closed for one comes back."""
        made = Mutator(seed, self.known).frames()
        for number in range(0, frames, AT_ONCE):
            guest = self.guests[number // AT_ONCE % len(self.guests)]
            if not guest.is_there:
                await guest.go()
                await (self.join(guest) if number % 5 else self._begin_badly(guest, next(made)))
            self.site.clock.advance(AT_ONCE)
            for text in islice(made, AT_ONCE):
                guest.say(text)
            await guest.settle()
            self._count(guest)

    async def _begin_badly(self, guest: Guest, text: str) -> None:
        """The first frame of a connection is none that was meant to be."""
        guest.knock()
        guest.say(text)

    def _count(self, guest: Guest) -> None:
        for frame in guest.read():
            if frame["op"] == "reply":
                self.answers[frame["error"]["code"] if "error" in frame else "done"] += 1
        if guest.socket.code is not None:
            assert guest.socket.code in ANSWERED_BY_CLOSING
            self.answers[guest.socket.code.name] += 1


def token_of(person: Person) -> str:
    """The token somebody's requests carry."""
    return person.client.headers["authorization"].removeprefix("Bearer ")


async def said_back(guest: Guest) -> Json:
    """The result of the command just sent."""
    while True:
        await guest.settle()
        for frame in guest.read():
            if frame["op"] == "reply" and frame["ref"] == 0:
                return frame["d"]


async def test_no_frame_is_a_bug(site: Site) -> None:
    print(f"CROMULENT_TEST_SEED={SEED} CROMULENT_TEST_FRAMES={FRAMES}")
    with capture_logs() as logs:
        hall = await Hall.open(site)
        await hall.torment(FRAMES, SEED)
        for guest in hall.guests:
            await guest.go()
    print(dict(hall.answers))
    assert [entry for entry in logs if entry["log_level"] not in ("debug", "info", "warning")] == []
    assert hall.answers["internal_error"] == 0
    assert hall.answers["done"] > FRAMES / 8
    assert len(hall.answers) > 8


async def test_a_handler_that_trusts_its_input_is_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def heard(_self: VoiceCommands, _connection: Connection, command: VoiceHeard) -> dict[str, str]:
        assert "" not in command.participant_ids
        return {"first": command.participant_ids[0]}

    monkeypatch.setattr(VoiceCommands, "_heard", heard)
    await site.instance.close()
    made = await Site.open(Path(site.instance.config.data), site.clock)
    with capture_logs() as logs:
        hall = await Hall.open(made)
        for turn in range(20):
            await hall.torment(200, turn)
            if hall.answers["internal_error"]:
                break
    await made.close()
    assert hall.answers["internal_error"]
    assert "command_failed" in {entry["event"] for entry in logs}
