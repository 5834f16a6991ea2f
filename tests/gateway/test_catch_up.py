"""From a cursor to live: everything missed, once, in order, at the client's pace; or a fresh start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from cromulent.accounts import Identity
from cromulent.channels import Channel
from cromulent.db import LogRow, channel_feed, prune
from cromulent.gateway import catch_up as catching
from cromulent.gateway.close_codes import CloseCode
from cromulent.kernel.clock import FakeClock
from tests.gateway.fake_socket import FakeSocket
from tests.gateway.listening import Listener, fresh
from tests.gateway.stage import Stage, posting
from tests.gateway.waiting import until
from tests.store.databases import ENGINES, place_of

pytestmark = pytest.mark.anyio


@pytest.fixture(params=ENGINES)
def database_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Here each test runs once on each engine."""
    return place_of(request, tmp_path)


async def post_many(stage: Stage, who: Identity, channel: Channel, how_many: int, size: int = 5) -> None:
    """Post `how_many` messages, as fast as the writer takes them."""
    await asyncio.gather(
        *(stage.database.write(posting(who.user, channel, f"{n} " + "x" * size)) for n in range(how_many))
    )


async def away(stage: Stage, missed: int, size: int = 5) -> tuple[Channel, Listener]:
    """Ann, who was there and has gone; since then so many messages were posted in the channel."""
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    listener = Listener(stage, ann)
    await listener.come()
    listener.go()
    await post_many(stage, ann, channel, missed, size)
    return channel, listener


async def come_slowly(listener: Listener) -> tuple[FakeSocket, asyncio.Future[None]]:
    """Come back on a socket that has taken nothing of the first page yet."""
    socket = FakeSocket()
    socket.stalled = True
    coming = asyncio.ensure_future(listener.come(socket))
    await socket.wait_for_bytes(20_000)  # `resumed` and the first page
    return socket, coming


async def prune_to(stage: Stage, rows: int) -> None:
    """Let the log forget all but its newest rows."""
    await stage.database.write(
        lambda unit: prune(unit.connection, older_than=unit.now - timedelta(days=7), keep_rows=rows)
    )


async def test_a_cursor_brings_exactly_what_was_missed(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    stage.presence.connection_opened(ann.user.id)
    listener = Listener(stage, ann)
    await listener.come()
    await post_many(stage, ann, channel, 3)
    listener.read()
    cursor = listener.model.cursor
    listener.go()
    await post_many(stage, ann, channel, 450)
    await listener.come()
    first = listener.socket.messages()[0]
    online = {"presence": [ann.user.id], "presence_settled": False}
    assert first == {"op": "resumed", "cursor": cursor, **online, "rooms": []}
    assert [seq for _, seq in listener.socket.durable()] == list(range(5, 455))
    assert listener.model.complaints == []


async def test_catching_up_reads_pages_of_two_hundred(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _, listener = await away(stage, 450)
    read, pages = catching.rows_after, list[int]()

    def counting(*args):
        page = read(*args)
        pages.append(len(page.rows))
        return page

    monkeypatch.setattr(catching, "rows_after", counting)
    await listener.come()
    assert pages == [200, 200, 50]


@pytest.mark.parametrize("cursor", ["", "never-given-out", "x" * 4000])
async def test_an_unknown_cursor_is_a_fresh_start(stage: Stage, cursor: str) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    _, socket = await stage.go_live(ann, cursor)
    assert [message["op"] for message in socket.messages()] == ["ready"]


async def test_a_pruned_cursor_is_a_fresh_start(stage: Stage) -> None:
    _, listener = await away(stage, 20)
    await prune_to(stage, 10)
    await listener.come()
    assert [message["op"] for message in listener.socket.messages()] == ["ready"]
    assert listener.model.state() == (await fresh(stage, listener.who)).state()


async def test_too_far_behind_is_a_fresh_start_and_only_what_the_user_may_see_counts(stage: Stage) -> None:
    channel, private = await stage.add_channel(), await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ben, private)
    listener = Listener(stage, ann)
    await listener.come()
    listener.go()
    await post_many(stage, ben, private, 100)
    await post_many(stage, ann, channel, 2000)
    await listener.come()
    assert listener.socket.messages()[0]["op"] == "resumed"
    assert len(listener.socket.durable()) == 2000
    cursor_from_before = listener.socket.messages()[0]["cursor"]
    await stage.post(ann, channel)
    _, socket = await stage.go_live(ann, cursor_from_before)
    assert socket.messages()[0]["op"] == "ready"


async def test_no_gap_and_no_double_while_others_never_stop_posting(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    listeners = [Listener(stage, await stage.add_user(f"user{n}")) for n in range(12)]
    for listener in listeners:
        await listener.come()
    going_on = True

    async def keep_posting() -> None:
        while going_on:
            await stage.post(ann, channel)

    posting_now = [asyncio.ensure_future(keep_posting()) for _ in range(20)]
    for turn in count():
        listener = listeners[turn % len(listeners)]
        if turn >= 60 and listener.read().feeds[channel_feed(channel.id)] > 300:
            break
        listener.read()
        listener.go()
        await listener.come()
        assert listener.is_live
    going_on = False
    await asyncio.gather(*posting_now)
    for listener in listeners:
        assert listener.read().complaints == []
        assert listener.model.state() == (await fresh(stage, listener.who)).state()


async def test_a_flood_cannot_keep_a_connection_from_going_live(stage: Stage) -> None:
    channel, listener = await away(stage, 1000)
    flood = asyncio.ensure_future(post_many(stage, listener.who, channel, 5000))
    await listener.come()
    assert listener.is_live
    assert not flood.done()
    await flood
    assert listener.read().complaints == []
    assert listener.model.feeds[channel_feed(channel.id)] == 6001


async def test_rights_are_looked_at_for_every_page(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    for who in (ann, ben):
        await stage.join(who, private)
    listener = Listener(stage, ben)
    await listener.come()
    listener.go()
    await post_many(stage, ann, private, 250)
    socket, coming = await come_slowly(listener)
    await stage.leave(ben, private)
    await stage.post(ann, private, "not for Ben")
    socket.take_all()
    await coming
    await stage.post(ann, private, "neither is this")
    assert len(socket.durable()) == 200 + 1
    assert socket.dispatches()[-1]["t"] == "membership.removed"
    assert listener.model.complaints == []
    assert listener.model.state() == (await fresh(stage, ben)).state()


async def test_what_is_pruned_between_two_pages_is_not_passed_over_in_silence(stage: Stage) -> None:
    _, listener = await away(stage, 300)
    socket, coming = await come_slowly(listener)
    await prune_to(stage, 10)
    socket.take_all()
    await coming
    assert socket.code is CloseCode.TOO_SLOW
    assert listener.model.complaints == []
    listener.go()
    await listener.come()
    assert listener.socket.messages()[0]["op"] == "ready"
    assert listener.model.state() == (await fresh(stage, listener.who)).state()


async def test_large_pages_are_sent_in_pieces_the_client_can_take(stage: Stage) -> None:
    channel, listener = await away(stage, 200, size=12_000)
    socket = FakeSocket()
    socket.stalled = True
    coming = asyncio.ensure_future(listener.come(socket))
    pieces = 0
    while not coming.done():
        await asyncio.wait([coming, asyncio.ensure_future(socket.wait_for_bytes(1))], return_when="FIRST_COMPLETED")
        assert socket.unsent_bytes() < 2 * catching.PIECE_BYTES
        stage.hub.announce_to_all("presence.changed", {"online": [], "offline": []})
        socket.take_all()
        socket.stalled, pieces = True, pieces + 1
    socket.take_all()
    assert socket.code is None
    assert pieces > 50
    assert listener.read().feeds[channel_feed(channel.id)] == 201


async def test_who_hangs_up_while_catching_up_is_not_read_for_any_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, listener = await away(stage, 450)
    read, pages = catching.rows_after, list[int]()
    monkeypatch.setattr(catching, "rows_after", lambda *args: pages.append(1) or read(*args))
    socket, coming = await come_slowly(listener)
    socket.hang_up()
    await coming
    assert pages == [1]


async def test_a_page_read_ahead_of_the_hub_is_not_delivered_twice(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    held: list[LogRow] = []

    def hold(rows: Sequence[LogRow]) -> None:
        held.extend(rows)

    stage.database.writer.publish = hold
    await post_many(stage, ann, channel, 3)
    listener = Listener(stage, ann)
    coming = asyncio.ensure_future(listener.come())
    await until(lambda: stage.hub._waiting, "waiting for the hub")
    assert not coming.done()
    stage.database.writer.publish = stage.hub.publish
    stage.hub.publish(held)
    await coming
    await post_many(stage, ann, channel, 2)
    assert listener.read().complaints == []
    assert listener.model.feeds[channel_feed(channel.id)] == 6
    assert [seq for _, seq in listener.socket.durable()] == [5, 6]


async def test_after_a_restart_nothing_in_memory_is_needed(stage: Stage, clock: FakeClock) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    listener = Listener(stage, ann)
    await listener.come()
    await post_many(stage, ann, channel, 5)
    listener.read()
    listener.go()
    await post_many(stage, ann, channel, 30)
    await stage.database.close()
    again = Stage(stage.where, clock)
    await again.start()
    listener.stage = again
    await listener.come()
    await again.post(ann, channel)
    assert listener.read().complaints == []
    assert [seq for _, seq in listener.socket.durable()] == list(range(7, 38))
    await again.database.close()
