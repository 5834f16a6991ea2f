"""Live delivery: in log order, to those who may hear it and nobody else, whatever the others do."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.db import LogRow, channel_feed
from cromulent.gateway.close_codes import CloseCode
from cromulent.gateway.hub import RECENT_CHARACTERS
from cromulent.gateway.protocol import TypingStarted
from tests.gateway.fake_socket import FakeSocket
from tests.gateway.listening import Listener, fresh
from tests.gateway.stage import Stage, posting
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio


async def test_everybody_in_the_channel_hears_the_same_bytes_in_log_order(stage: Stage) -> None:
    channel = await stage.add_channel()
    people = [await stage.add_user(f"user{number}") for number in range(3)]
    sockets = [(await stage.go_live(person))[1] for person in people]
    before = [len(socket.sent) for socket in sockets]
    await asyncio.gather(*(stage.post(people[n % 3], channel, f"{n}") for n in range(90)))
    tails = [socket.sent[at:] for socket, at in zip(sockets, before, strict=True)]
    assert tails[0] == tails[1] == tails[2]
    heard = [seq for feed, seq in sockets[0].durable() if feed == channel_feed(channel.id)]
    assert heard == list(range(heard[0], heard[0] + 90))


async def test_feeds_interleave_in_pos_order(stage: Stage) -> None:
    first, second = await stage.add_channel("one"), await stage.add_channel("two")
    ann = await stage.add_user("ann")
    _, socket = await stage.go_live(ann)
    order = [first, second, first, first, second, first, second, second]
    await asyncio.gather(*(stage.post(ann, channel) for channel in order))
    assert [feed for feed, _ in socket.durable()] == [channel_feed(channel.id) for channel in order]


async def test_nobody_hears_a_channel_they_are_not_a_member_of(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, private)
    _, anns = await stage.go_live(ann)
    _, bens = await stage.go_live(ben)
    await stage.post(ann, private, "secret")
    stage.hub.announce_to_members(private.id, "typing.started", TypingStarted(private.id, ann.user.id))
    assert [d["t"] for d in anns.dispatches()] == ["message.posted", "typing.started"]
    assert bens.dispatches() == []


async def test_a_membership_takes_effect_at_its_place_in_the_log(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, private)
    _, socket = await stage.go_live(ben)
    await asyncio.gather(
        stage.post(ann, private, "before"),
        stage.join(ben, private),
        stage.post(ann, private, "between"),
        stage.leave(ben, private),
        stage.post(ann, private, "after"),
        stage.join(ben, private),
        stage.post(ann, private, "again"),
    )
    heard = [(d["t"], d["d"].get("message", {}).get("text")) for d in socket.dispatches()]
    assert heard == [
        ("membership.added", None),
        ("channel.member_added", None),
        ("message.posted", "between"),
        ("membership.removed", None),
        ("membership.added", None),
        ("channel.member_added", None),
        ("message.posted", "again"),
    ]
    added = [d for d in socket.dispatches() if d["t"] == "membership.added"]
    following = [d for d in socket.dispatches() if d["t"] == "channel.member_added"]
    assert [d["seq"] for d in following] == [d["d"]["seq"] + 1 for d in added]


async def test_a_membership_concerns_every_connection_of_the_user(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, private)
    sockets = [(await stage.go_live(ben))[1] for _ in range(3)]
    await stage.join(ben, private)
    await stage.post(ann, private, "welcome")
    for socket in sockets:
        assert socket.dispatches()[-1]["d"]["message"]["text"] == "welcome"


async def test_a_consumer_that_takes_nothing_is_closed_and_nobody_else_notices(stage: Stage) -> None:
    channel = await stage.add_channel()
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    _, anns = await stage.go_live(ann)
    stalled_connection, stalled = await stage.go_live(ben)
    _, bens_other = await stage.go_live(ben)
    stalled.stalled = True
    sent = 0
    while stalled.open:
        await stage.post(ann, channel, "x" * 4000)
        sent += 1
        assert sent < 1000
    assert stalled.code is CloseCode.TOO_SLOW
    assert stalled.unsent_bytes() <= stage.limits.unsent_bytes + 10_000
    assert not stalled_connection.is_live
    await stage.post(ann, channel, "still here")
    for socket in (anns, bens_other):
        assert len(socket.dispatches()) == sent + 1
        assert socket.open


async def test_after_the_close_nothing_more_is_sent(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    connection, socket = await stage.go_live(ann)
    connection.close(CloseCode.RESTARTING)
    sent = socket.sent
    await stage.post(ann, channel)
    stage.hub.announce_to_all("presence.changed", {"online": [], "offline": []})
    connection.ping()
    connection.close(CloseCode.TOO_SLOW)
    assert socket.sent == sent
    assert (socket.code, socket.reason) == (CloseCode.RESTARTING, "restarting")


async def test_a_removed_connection_is_forgotten_altogether(stage: Stage) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    connection, _ = await stage.go_live(ann)
    stage.hub.remove(connection)
    stage.hub.remove(connection)
    assert stage.hub._hearers == {}
    assert stage.hub._feeds == {}
    assert list(stage.hub.connections()) == []


async def test_what_is_of_the_moment_reaches_who_is_catching_up(stage: Stage) -> None:
    channel = await stage.add_channel()
    ann = await stage.add_user("ann")
    connection, socket = stage.connect(ann)
    stage.hub.add(connection)
    stage.hub.announce_to_all("presence.changed", {"online": [ann.user.id], "offline": []})
    assert socket.dispatches() == []
    stage.hub.set_channels(connection, [channel.id], stage.hub.pos)
    stage.hub.announce_to_members(channel.id, "typing.started", TypingStarted(channel.id, ann.user.id))
    await stage.post(ann, channel)
    assert [dispatch["t"] for dispatch in socket.dispatches()] == ["typing.started"]


async def test_the_bridge_hands_over_what_was_missed_and_goes_live_in_one_step(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    for _ in range(5):
        await stage.post(ann, channel)
    connection, socket = stage.connect(ann)
    stage.hub.add(connection)
    stage.hub.set_channels(connection, [channel.id], stage.hub.pos)
    assert stage.hub.bridge(connection, stage.hub.pos - 3)
    assert connection.is_live
    assert [seq for _, seq in socket.durable()] == [4, 5, 6]


async def test_the_bridge_follows_memberships_on_its_way(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, private)
    pos = stage.hub.pos
    for unit in (stage.post(ann, private, "1"), stage.join(ben, private), stage.post(ann, private, "2")):
        await unit
    for unit in (stage.leave(ben, private), stage.post(ann, private, "3")):
        await unit
    connection, socket = stage.connect(ben)
    stage.hub.add(connection)
    stage.hub.set_channels(connection, [], stage.hub.pos)
    assert stage.hub.bridge(connection, pos)
    await stage.post(ann, private, "4")
    assert [dispatch["t"] for dispatch in socket.dispatches()] == [
        "membership.added",
        "channel.member_added",
        "message.posted",
        "membership.removed",
    ]


async def test_until_the_bridge_a_membership_changes_nothing(stage: Stage) -> None:
    private = await stage.add_channel("private", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ann, private)
    connection, socket = stage.connect(ben)
    stage.hub.add(connection)
    stage.hub.set_channels(connection, [], stage.hub.pos)
    pos = stage.hub.pos
    await stage.post(ann, private, "before Ben was there")
    await stage.join(ben, private)
    assert stage.hub.bridge(connection, pos)
    assert [dispatch["t"] for dispatch in socket.dispatches()] == ["membership.added", "channel.member_added"]


async def test_no_bridge_over_what_is_no_longer_in_memory_or_not_yet(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    await stage.post(ann, channel)
    connection, socket = stage.connect(ann)
    stage.hub.add(connection)
    stage.hub.set_channels(connection, [channel.id], stage.hub.pos)
    assert not stage.hub.bridge(connection, stage.hub.pos + 1)
    stage.hub._recent.clear()
    assert not stage.hub.bridge(connection, stage.hub.pos - 1)
    assert stage.hub.bridge(connection, stage.hub.pos)
    assert socket.sent == b""


async def test_few_large_rows_are_remembered_where_many_small_ones_are(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    connection, _ = stage.connect(ann)
    stage.hub.add(connection)
    before = stage.hub.pos
    large = "x" * (RECENT_CHARACTERS // 4)
    rows = [
        LogRow(before + n, f"id{n}", channel_feed(channel.id), n, "message.posted", f'"{large}"') for n in range(1, 9)
    ]
    stage.hub.publish(rows)
    assert not stage.hub.bridge(connection, before)
    assert stage.hub.bridge(connection, before + 6)


async def test_waiting_for_a_position_ends_when_it_is_published(stage: Stage) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    await stage.hub.reached(stage.hub.pos)
    near, far = (asyncio.ensure_future(stage.hub.reached(stage.hub.pos + ahead)) for ahead in (1, 2))
    await asyncio.sleep(0)
    assert not near.done()
    await stage.post(ann, channel)
    await near
    assert not far.done()
    await stage.post(ann, channel)
    await far


async def test_the_end_of_a_login_session_closes_its_connections_only(stage: Stage) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    _, one = await stage.go_live(ann)
    _, same = await stage.go_live(ann)
    _, other = await stage.go_live(await stage.log_in_again(ann))
    await stage.end_login(ann)
    assert (one.code, same.code, other.code) == (CloseCode.LOGIN_SESSION_ENDED, CloseCode.LOGIN_SESSION_ENDED, None)


async def test_a_disabled_user_is_told_why_on_every_connection(stage: Stage) -> None:
    await stage.add_channel()
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    _, one = await stage.go_live(ann)
    _, other = await stage.go_live(await stage.log_in_again(ann))
    _, somebody_else = await stage.go_live(ben)
    stage.hub.close_user(ann.user.id)
    assert (one.code, other.code, somebody_else.code) == (CloseCode.USER_DISABLED, CloseCode.USER_DISABLED, None)


async def test_another_token_ends_the_connections_opened_with_the_one_before(stage: Stage) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    _, before = await stage.go_live(ann)
    _, of_another_login = await stage.go_live(await stage.log_in_again(ann))
    stage.hub.replace_token(ann.login_session_id, ann.user.id, after_seconds=0.0)
    _, since = await stage.go_live(ann)
    await until(lambda: before.code is not None, "the close")
    assert (before.code, since.code, of_another_login.code) == (CloseCode.TOKEN_REPLACED, None, None)


async def test_a_login_session_that_ends_while_the_connection_is_let_in_takes_it_along(stage: Stage) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    connection, socket = stage.connect(ann)
    coming = asyncio.ensure_future(stage.welcome.bring_live(connection, None))
    await asyncio.sleep(0)
    await stage.end_login(ann)
    await coming
    assert socket.code is CloseCode.LOGIN_SESSION_ENDED
    assert not connection.is_live


async def test_posts_of_one_loop_step_are_delivered_though_one_hearer_is_closed_by_them(stage: Stage) -> None:
    channel = await stage.add_channel()
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    slow = FakeSocket()
    connection, _ = stage.connect(ann, slow)
    await stage.welcome.bring_live(connection, None)
    _, fine = await stage.go_live(ben)
    slow.stalled = True
    slow.write(b"x" * (stage.limits.unsent_bytes + 1))
    units = [stage.database.write(posting(ann.user, channel, f"{number}")) for number in range(10)]
    await asyncio.gather(*units)
    assert slow.code is CloseCode.TOO_SLOW
    assert len(fine.dispatches()) == 10


async def test_a_delivery_that_fails_leaves_no_silent_gap(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = await stage.add_channel()
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    broken, fine = Listener(stage, ann), Listener(stage, ben)
    for listener in (broken, fine):
        await listener.come()

    def fail(frames: bytes) -> None:
        raise OSError("no such wire")

    monkeypatch.setattr(broken.socket, "write", fail)
    assert await stage.post(ann, channel) == 3
    assert (broken.socket.code, fine.socket.code) == (CloseCode.INTERNAL_ERROR, CloseCode.INTERNAL_ERROR)
    for listener in (broken, fine):
        listener.go()
        await listener.come()
        assert listener.model.state() == (await fresh(stage, listener.who)).state()
