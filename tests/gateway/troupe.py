"""A few people of a whole instance who do what people do, and whose clients notice what a correct server never sends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from itertools import count

import httpx2
import msgspec

from cromulent.channels import member_channel_ids
from cromulent.db import prune
from cromulent.kernel.ids import new_id
from tests.api.people import Person, arrive, private_channel
from tests.api.site import Site
from tests.delivery.client_model import ClientModel
from tests.gateway.guests import Guest, Json

SECONDS_BETWEEN_ACTS = 0.5
_numbers = count(1)


def token_of(person: Person) -> str:
    """The token somebody's requests carry."""
    return person.client.headers["authorization"].removeprefix("Bearer ")


class Player:
    """One person with one client, which is there or not."""

    def __init__(self, site: Site, person: Person) -> None:
        self.person = person
        self.guest = Guest(site.instance.app, token_of(person))
        self.model = ClientModel(person.user.user_name)

    @property
    def id(self) -> str:
        """The user's id."""
        return self.person.user.id

    async def come(self) -> None:
        """Connect with the cursor one has, if any; what is heard is not read yet."""
        self.model.connected()
        await self.guest.come(self.model.cursor)

    def hear(self, before: set[str], now: set[str], channels: list[str]) -> None:
        """Apply what has come; `before` and `now` are the channels one was in and is in.

        Of others nothing may be among it, and of one that is lost nothing after the word of that. (Who is in again may
        catch up on all of it.)
        """
        lost = set[str]()
        for frame in self.guest.read():
            mentioned = {channel for channel in channels if channel in str(frame)}
            assert mentioned <= before | now, (self.model.name, frame)
            if frame.get("t") == "membership.added":
                lost.discard(frame["d"]["channel"]["id"])
            assert not mentioned & lost, (self.model.name, frame)
            if frame.get("t") == "membership.removed":
                lost |= {frame["d"]["channel_id"]} - now
            self.model.handle(frame)
        assert self.model.complaints == []


class Troupe:
    """The players, two channels only some of them see, and what was written there."""

    def __init__(self, site: Site, administrator: Person, players: list[Player], channels: list[str]) -> None:
        self.site = site
        self.players = players
        self.channels = channels
        self.written: list[tuple[str, str, Player]] = []
        self._administrator = administrator
        self._rights: dict[Player, set[str]] = {}

    @classmethod
    async def gather(cls, site: Site, administrator: Person) -> Troupe:
        """Three people who have just arrived; each channel has two of them in it."""
        players = [Player(site, await arrive(site, f"u{next(_numbers)}")) for _ in range(3)]
        pairs = (players[:2], players[1:])
        made = [await private_channel(site, administrator, *(each.person for each in pair)) for pair in pairs]
        troupe = cls(site, administrator, players, [channel.id for channel in made])
        await troupe.after()
        return troupe

    async def disband(self) -> None:
        """Everybody goes home."""
        for player in self.players:
            await player.guest.go()

    async def post(self, player: Player, channel_id: str) -> httpx2.Response:
        """Write something, if one may."""
        body = {"nonce": new_id(), "text": f"text {next(_numbers)}"}
        answer = await player.person.client.post(f"channels/{channel_id}/messages", json=body)
        assert answer.status_code in (201, 404)
        if answer.is_success:
            self.written.append((channel_id, answer.json()["message"]["id"], player))
        return answer

    async def change(self, player: Player, which: int, *, delete: bool) -> httpx2.Response | None:
        """Edit or delete a message, as far as one may."""
        if not self.written:
            return None
        channel_id, message_id, _ = self.written[which % len(self.written)]
        url = f"channels/{channel_id}/messages/{message_id}"
        client = player.person.client
        answer = await (client.delete(url) if delete else client.patch(url, json={"text": f"text {next(_numbers)}"}))
        assert answer.status_code in (200, 403, 404, 409)
        return answer

    async def kick(self, player: Player, channel_id: str) -> httpx2.Response:
        """An administrator removes somebody, if they are in."""
        answer = await self._administrator.client.delete(f"channels/{channel_id}/members/{player.id}")
        assert answer.status_code in (204, 404)
        return answer

    async def add(self, player: Player, channel_id: str) -> httpx2.Response:
        """An administrator adds somebody, whether or not they are in."""
        answer = await self._administrator.client.put(f"channels/{channel_id}/members/{player.id}", json={})
        assert answer.status_code == 204
        return answer

    async def type(self, player: Player, channel_id: str) -> None:
        """Begin to write: told to members, by members only."""
        player.guest.command("typing.start", {"channel_id": channel_id})

    async def come_with(self, player: Player, cursor: str) -> None:
        """Another client of the same person tries a cursor that is not its own: it is told what a member may know, no more."""
        guest = Guest(self.site.instance.app, token_of(player.person))
        await guest.come(cursor)
        frames = guest.read()
        assert guest.socket.code is None
        await guest.go()
        assert frames[1]["op"] in ("ready", "resumed")
        self._assert_visible(player, frames)

    def _assert_visible(self, player: Player, frames: list[Json]) -> None:
        own = {"instance", f"user:{player.id}", *(f"channel:{channel}" for channel in self._rights[player])}
        for frame in frames:
            assert frame.get("feed", "instance") in own
            if frame.get("t") not in ("membership.added", "membership.removed"):
                mentioned = {channel for channel in self.channels if channel in str(frame)}
                assert mentioned <= self._rights[player], frame

    async def prune(self) -> None:
        """The log forgets nearly everything."""
        await self.site.instance.database.write(
            lambda unit: prune(unit.connection, older_than=unit.now - timedelta(days=7), keep_rows=2)
        )

    async def after(self) -> None:
        """What must hold after every act: nobody was closed, nobody heard what they may not, no client has anything to complain of."""
        self.site.clock.advance(SECONDS_BETWEEN_ACTS)
        self.site.instance._parts.presence.tick()
        for player in self.players:
            now = set(await self.site.instance.database.read(lambda c, who=player.id: member_channel_ids(c, who)))
            if player.guest.is_there:
                await player.guest.settle()
                player.hear(self._rights.get(player, set()) | set(player.model.channels), now, self.channels)
            assert player.guest.socket.code is None
            self._rights[player] = now

    async def compare(self) -> None:
        """Whoever is there holds what a client holds that starts now, and the messages the history has."""
        for player in self.players:
            if player.guest.is_there:
                await self._compare_state(player)
                for channel_id, held in player.model.messages.items():
                    since = player.model.since[channel_id]
                    messages = [message for _, message in sorted(held.items())]
                    assert messages == await self._history(player, channel_id, since)

    async def _compare_state(self, player: Player) -> None:
        self.site.instance._parts.presence.tick()
        expected = await self._fresh(player)
        await player.guest.settle()
        player.hear(set(), self._rights[player], self.channels)
        held = player.model.state()
        assert {name: held[name] for name in held if held[name] != expected[name]} == {}, expected

    async def _fresh(self, player: Player) -> Json:
        guest, model = Guest(self.site.instance.app, token_of(player.person)), ClientModel("fresh")
        model.connected()
        await guest.come()
        for frame in guest.read():
            model.handle(frame)
        await guest.go()
        assert model.complaints == []
        return model.state()

    async def _history(self, player: Player, channel_id: str, since: int) -> list[Json]:
        found: list[Json] = []
        while True:
            after = found[-1]["seq"] if found else since
            answer = await player.person.client.get(f"channels/{channel_id}/messages?after={after}")
            page = msgspec.json.decode(answer.content)
            found += page["messages"]
            if not page["has_after"]:
                return found

    def expect_to_be_added(self, player: Player, channel_id: str) -> None:
        """What happens next may make somebody a member and no member again."""
        self._rights[player].add(channel_id)

    async def all_at_once(self, *acts: Awaitable[object]) -> None:
        """Begin all of them before any is done."""
        await asyncio.gather(*acts)
