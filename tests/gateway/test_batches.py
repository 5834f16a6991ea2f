"""A batch that mixes channels: one write for each connection, and every membership at its place in it."""

from __future__ import annotations

import random

import pytest

from cromulent.accounts import Identity
from cromulent.channels import Channel
from cromulent.db import LogRow
from cromulent.gateway.close_codes import CloseCode
from tests.gateway.listening import Listener, fresh
from tests.gateway.stage import Stage

pytestmark = pytest.mark.anyio


class Held:
    """What the writer has committed and the hub has not been told: `publish` tells it as one batch."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rows: list[LogRow] = []
        stage.database.writer.publish = self._rows.extend

    def publish(self) -> None:
        """Tell the hub, and hold nothing any more."""
        self._stage.hub.publish(self._rows)
        self._stage.database.writer.publish = self._stage.hub.publish


async def test_each_connection_is_written_to_once_in_the_order_of_the_log(stage: Stage) -> None:
    one, two = await stage.add_channel("one"), await stage.add_channel("two")
    secret = await stage.add_channel("secret", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, secret)
    anns, bens = (await stage.go_live(ann))[1], (await stage.go_live(ben))[1]
    before = anns.writes, bens.writes
    held = Held(stage)
    for channel, text in ((one, "a"), (secret, "b"), (two, "c"), (two, "d"), (one, "e")):
        await stage.post(ann, channel, text)
    held.publish()
    assert [d["d"]["message"]["text"] for d in anns.dispatches()] == ["a", "b", "c", "d", "e"]
    assert [d["d"]["message"]["text"] for d in bens.dispatches()] == ["a", "c", "d", "e"]
    assert (anns.writes, bens.writes) == (before[0] + 1, before[1] + 1)


async def test_a_membership_in_the_midst_of_a_batch_takes_effect_there(stage: Stage) -> None:
    general, secret = await stage.add_channel(), await stage.add_channel("secret", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, secret)
    _, socket = await stage.go_live(ben)
    before, held = socket.writes, Held(stage)
    await stage.post(ann, secret, "before")
    await stage.join(ben, secret)
    await stage.post(ann, secret, "between")
    await stage.post(ann, general, "elsewhere")
    await stage.leave(ben, secret)
    await stage.post(ann, secret, "after")
    await stage.post(ann, general, "at the end")
    held.publish()
    heard = [d["d"].get("message", {}).get("text", d["t"]) for d in socket.dispatches()]
    assert heard == [
        "membership.added",
        "channel.member_added",
        "between",
        "elsewhere",
        "membership.removed",
        "at the end",
    ]
    assert socket.writes == before + 1
    await stage.post(ann, secret, "later")
    assert socket.dispatches()[-1]["d"]["message"]["text"] == "at the end"


async def test_who_still_catches_up_gets_nothing_of_it(stage: Stage) -> None:
    one, two = await stage.add_channel("one"), await stage.add_channel("two")
    ann = await stage.add_user("ann")
    connection, socket = stage.connect(ann)
    stage.hub.add(connection)
    stage.hub.set_channels(connection, [one.id, two.id], stage.hub.pos)
    held = Held(stage)
    for channel in (one, two):
        await stage.post(ann, channel)
    held.publish()
    assert socket.sent == b""


async def test_whoever_does_not_take_it_is_closed_and_the_others_have_it(stage: Stage) -> None:
    one, two = await stage.add_channel("one"), await stage.add_channel("two")
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    stalled, fine = (await stage.go_live(ann))[1], (await stage.go_live(ben))[1]
    stalled.stalled = True
    stalled.write(b"x" * (stage.limits.unsent_bytes + 1))
    held = Held(stage)
    for channel in (one, two):
        await stage.post(ann, channel)
    held.publish()
    assert (stalled.code, fine.code) == (CloseCode.TOO_SLOW, None)
    assert len(fine.dispatches()) == 2


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_a_batch_holds_what_is_heard_equals_a_fresh_snapshot(stage: Stage, seed: int) -> None:
    luck = random.Random(seed)
    channels = [await stage.add_channel(f"channel{n}", default=n == 0) for n in range(4)]
    people = [await stage.add_user(f"user{n}") for n in range(3)]
    listeners = [Listener(stage, who) for who in people for _ in range(2)]
    for listener in listeners:
        await listener.come()
    for _ in range(4):
        held = Held(stage)
        for _ in range(25):
            await something(stage, luck.choice(people), luck.choice(channels), luck)
        held.publish()
        for listener in listeners:
            assert listener.read().complaints == []
            assert listener.model.state() == (await fresh(stage, listener.who)).state()


async def something(stage: Stage, who: Identity, channel: Channel, luck: random.Random) -> None:
    """Post, join or leave; what is so already stays so."""
    await luck.choice([stage.post, stage.post, stage.join, stage.leave])(who, channel)
