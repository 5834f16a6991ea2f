"""Losing a right and gaining one: what is heard before and after, live, while catching up and on coming back."""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import Any

import pytest

from cromulent.accounts import Identity
from cromulent.channels import Channel, ChannelChange, ChannelService
from cromulent.db import channel_feed, user_feed
from cromulent.gateway.protocol import TypingStarted
from tests.gateway.fake_socket import FakeSocket
from tests.gateway.listening import Listener, fresh
from tests.gateway.stage import Stage

pytestmark = pytest.mark.anyio
POSTS = 1000


async def private_of(stage: Stage, *members: Identity) -> Channel:
    """A channel only these see."""
    channel = await stage.add_channel("private", default=False)
    for member in members:
        await stage.join(member, channel)
    return channel


async def kick_amid_posts(stage: Stage, channel: Channel, author: Identity, kicked: Identity, after: int) -> None:
    """A thousand posts, and somewhere among them a removal; all of it is queued before any of it is done."""
    posts = [stage.post(author, channel, f"post {number}") for number in range(POSTS)]
    await asyncio.gather(*posts[:after], stage.leave(kicked, channel), *posts[after:])


def after_removal(socket: FakeSocket, channel: Channel) -> list[dict[str, object]]:
    """What a connection was sent after word of its removal that has to do with the channel."""
    heard = socket.messages()
    at = next(n for n, message in enumerate(heard) if message.get("t") == "membership.removed")
    return [message for message in heard[at + 1 :] if channel.id in str(message)]


@pytest.mark.parametrize("after", [0, 1, 499, 937, POSTS])
async def test_of_a_thousand_posts_who_is_kicked_hears_those_before_and_nothing_after(stage: Stage, after: int) -> None:
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    channel = await private_of(stage, ann, ben)
    _, anns = await stage.go_live(ann)
    bens = [(await stage.go_live(ben))[1] for _ in range(2)]
    await kick_amid_posts(stage, channel, ann, ben, after)
    posted = [message["d"]["message"]["text"] for message in anns.dispatches() if message["t"] == "message.posted"]
    assert len(posted) == POSTS
    for socket in bens:
        heard = [message["d"]["message"]["text"] for message in socket.dispatches() if message["t"] == "message.posted"]
        assert heard == posted[:after]
        assert after_removal(socket, channel) == []


async def one_who_missed_much(stage: Stage, who: Identity, author: Identity, channel: Channel) -> Listener:
    """They were there and went; what was posted since is more than a page."""
    listener = Listener(stage, who)
    await listener.come()
    listener.go()
    for number in range(250):
        await stage.post(author, channel, f"missed {number}")
    return listener


async def test_who_is_kicked_while_catching_up_amid_posts_hears_nothing_after_it_either(stage: Stage) -> None:
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    channel = await private_of(stage, ann, ben)
    listener = await one_who_missed_much(stage, ben, ann, channel)
    racing = asyncio.ensure_future(kick_amid_posts(stage, channel, ann, ben, 500))
    await listener.come()
    await racing
    listener.read()
    assert after_removal(listener.socket, channel) == []
    assert listener.model.complaints == []
    assert listener.model.state() == (await fresh(stage, ben)).state()


def type_in(stage: Stage, channel: Channel, who: Identity) -> None:
    """Tell the members of a channel that somebody is typing there."""
    stage.hub.announce_to_members(channel.id, "typing.started", TypingStarted(channel.id, who.user.id))


async def test_who_is_removed_while_catching_up_hears_from_then_on_nothing_of_the_moment(stage: Stage) -> None:
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    channel = await private_of(stage, ann, ben)
    listener = await one_who_missed_much(stage, ben, ann, channel)
    socket = FakeSocket()
    socket.stalled = True
    coming = asyncio.ensure_future(listener.come(socket))
    await socket.wait_for_bytes(20_000)  # `resumed` and the first page
    type_in(stage, channel, ann)
    await stage.leave(ben, channel)
    type_in(stage, channel, ann)
    socket.take_all()
    await coming
    type_in(stage, channel, ann)
    assert [message["t"] for message in socket.dispatches()].count("typing.started") == 1
    assert after_removal(socket, channel) == []
    assert listener.model.state() == (await fresh(stage, ben)).state()


@pytest.mark.parametrize(("resumes", "overtaken"), [(False, 1), (True, 1), (True, 2)])
async def test_memberships_read_before_a_removal_are_not_given_back_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, resumes: bool, overtaken: int
) -> None:
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    channel = await private_of(stage, ann, ben)
    listener = Listener(stage, ben)
    if resumes:
        await listener.come()
        listener.go()
    for number in range(250):
        await stage.post(ann, channel, f"missed {number}")
    read, reads = stage.database.read_in_thread, itertools.count(1)

    async def slowly(query: Any) -> Any:
        found = await read(query)
        if next(reads) >= overtaken:
            await stage.leave(ben, channel)
            type_in(stage, channel, ann)
        return found

    monkeypatch.setattr(stage.database, "read_in_thread", slowly)
    await listener.come()
    assert listener.is_live
    assert next(reads) > overtaken + 1, "nothing was read after the removal"
    assert "typing.started" not in [message["t"] for message in listener.socket.dispatches()]
    assert channel_feed(channel.id) not in stage.hub._hearers
    assert stage.hub._lost == {}


async def test_who_was_removed_while_away_is_told_of_that_and_nothing_else(stage: Stage) -> None:
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    channel = await private_of(stage, ann, ben)
    listener = Listener(stage, ben)
    await listener.come()
    listener.go()
    await stage.post(ann, channel, "before the removal")
    await stage.leave(ben, channel)
    await stage.post(ann, channel, "after it")
    await listener.come()
    assert [message["op"] for message in listener.socket.messages()] == ["resumed", "dispatch"]
    (told,) = listener.socket.dispatches()
    assert (told["t"], told["feed"]) == ("membership.removed", user_feed(ben.user.id))
    assert told["d"] == {"channel_id": channel.id, "reason": "removed"}
    assert listener.model.state() == (await fresh(stage, ben)).state()


async def test_a_deleted_channel_is_told_of_to_its_members_alone_and_never_again(stage: Stage) -> None:
    ann, ben, eve = [await stage.add_user(name) for name in ("ann", "ben", "eve")]
    channel = await private_of(stage, ann, ben)
    away = Listener(stage, ben)
    await away.come()
    away.go()
    (_, anns), (_, eves) = await stage.go_live(ann), await stage.go_live(eve)
    await stage.post(ann, channel, "the last word")
    await stage.delete(channel)
    await away.come()
    assert [message["t"] for message in anns.dispatches()] == ["message.posted", "membership.removed"]
    assert eves.dispatches() == []
    assert [message["d"] for message in away.socket.dispatches()] == [
        {"channel_id": channel.id, "reason": "channel_deleted"}
    ]
    assert away.model.state() == (await fresh(stage, ben)).state()
    assert channel_feed(channel.id) not in stage.hub._hearers
    kept = [row for row in await stage.rows() if row.feed == channel_feed(channel.id)]
    assert [row.payload for row in kept] == ["{}"] * 3


async def test_the_feed_of_a_channel_that_all_are_enrolled_in_has_no_gap_for_anybody(stage: Stage) -> None:
    people = [await stage.add_user(f"user{number}") for number in range(12)]
    await stage.add_channel()
    listeners = [Listener(stage, person) for person in people]
    for listener in listeners[::2]:
        await listener.come()
    await stage.add_channel("another")
    for listener in listeners:
        if not listener.is_live:
            await listener.come()
        assert listener.read().complaints == []
        assert listener.model.state() == (await fresh(stage, listener.who)).state()


class Wardens:
    """Everything that can happen to channels, by chance: those of an administrator and of somebody who comes and goes."""

    def __init__(self, stage: Stage, ann: Identity, ben: Identity, luck: random.Random) -> None:
        self.stage = stage
        self.service = ChannelService(stage.database, stage.clock)
        self.ann = ann
        self.ben = ben
        self.luck = luck
        self.channels: list[Channel] = []

    async def act(self) -> None:
        """Do one of them."""
        if len(self.channels) < 2 or self.luck.random() < 0.15:
            await self._create()
            return
        channel = self.luck.choice(self.channels)
        actions = (self._delete, self._change, self._move, self._swap_ben, self._post)
        await self.luck.choices(actions, weights=(1, 3, 3, 6, 8))[0](channel)

    async def _create(self) -> None:
        private = self.luck.random() < 0.5
        made = await self.service.create(
            self.ann.user,
            "text",
            f"channel {self.stage.hub.pos}",
            visibility="private" if private else "public",
            is_default=not private and self.luck.random() < 0.6,
        )
        self.channels.append(made)

    async def _delete(self, channel: Channel) -> None:
        await self.service.delete(self.ann.user, channel.id)
        self.channels.remove(channel)

    async def _change(self, channel: Channel) -> None:
        is_default = channel.visibility == "public" and self.luck.random() < 0.5
        change = ChannelChange(topic=f"topic {self.stage.hub.pos}", is_default=is_default)
        await self.service.change(self.ann.user, channel.id, change)

    async def _move(self, channel: Channel) -> None:
        await self.service.move(self.ann.user, channel.id, self.luck.choice([*self.channels]).id)

    async def _swap_ben(self, channel: Channel) -> None:
        for joins in (True, False, True)[: self.luck.randrange(1, 4)]:
            if joins:
                await self.service.add_member(self.ann.user, channel.id, self.ben.user.id)
            else:
                await self.stage.leave(self.ben, channel)

    async def _post(self, channel: Channel) -> None:
        await self.stage.post(self.ann, channel)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_to_channels_events_add_up_to_a_fresh_snapshot(stage: Stage, seed: int) -> None:
    luck = random.Random(seed)
    ann, ben = await stage.add_administrator("ann"), await stage.add_user("ben")
    wardens = Wardens(stage, ann, ben, luck)
    live, wandering, anns = Listener(stage, ben), Listener(stage, ben), Listener(stage, ann)
    for listener in (live, wandering, anns):
        await listener.come()
    for _ in range(150):
        await wardens.act()
        if luck.random() < 0.15:
            wandering.read()
            wandering.go()
            for _ in range(luck.randrange(8)):
                await wardens.act()
            await wandering.come()
    for listener in (live, wandering, anns):
        assert listener.read().complaints == []
        assert listener.model.state() == (await fresh(stage, listener.who)).state()
    assert len(live.model.channels) < len(wardens.channels)
