"""Presence after a start: a client that comes back is told that the list is not the whole truth yet, and when it is."""

from __future__ import annotations

import pytest

from cromulent.kernel.clock import FakeClock
from cromulent.presence.policy import SETTLING_SECONDS
from tests.gateway.listening import Listener
from tests.gateway.stage import Stage

pytestmark = pytest.mark.anyio


def settle(stage: Stage, clock: FakeClock) -> None:
    """Let the time pass in which everybody comes back."""
    clock.advance(SETTLING_SECONDS)
    stage.presence.tick()


async def test_whoever_resumes_goes_on_showing_those_not_back_yet_until_settled(stage: Stage, clock: FakeClock) -> None:
    await stage.add_channel()
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    listener = Listener(stage, ann)
    await listener.come()
    listener.go()
    listener.model.online = {ann.user.id, ben.user.id}  # as it was before the server died
    stage.presence.connection_opened(ann.user.id)
    await listener.come()
    resumed = listener.socket.messages()[0]
    assert (resumed["presence"], resumed["presence_settled"]) == ([ann.user.id], False)
    assert listener.model.online == {ann.user.id, ben.user.id}
    settle(stage, clock)
    assert listener.read().online == {ann.user.id}
    assert listener.socket.dispatches()[-1] == {
        "op": "dispatch",
        "t": "presence.settled",
        "d": {"online": [ann.user.id]},
    }
    assert listener.model.complaints == []


async def test_once_settled_the_list_is_the_whole_truth(stage: Stage, clock: FakeClock) -> None:
    await stage.add_channel()
    ann = await stage.add_user("ann")
    listener = Listener(stage, ann)
    await listener.come()
    listener.go()
    listener.model.online = {"somebody who has gone"}
    settle(stage, clock)
    await listener.come()
    assert listener.socket.messages()[0]["presence_settled"] is True
    assert listener.model.online == set()
    stage.presence.tick()
    assert [dispatch["t"] for dispatch in listener.socket.dispatches()] == []


async def test_a_fresh_client_and_one_that_is_catching_up_hear_of_it_too(stage: Stage, clock: FakeClock) -> None:
    channel, ann = await stage.add_channel(), await stage.add_user("ann")
    _, fresh = await stage.go_live(ann)
    behind, catching_up = stage.connect(ann)
    stage.hub.add(behind)
    stage.hub.set_channels(behind, [channel.id], stage.hub.pos)
    settle(stage, clock)
    for socket in (fresh, catching_up):
        assert [dispatch["t"] for dispatch in socket.dispatches()] == ["presence.settled"]
