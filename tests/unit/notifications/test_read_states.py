"""How far somebody has read: only ever forward, never beyond what is there, and told to nobody but them."""

from __future__ import annotations

import asyncio
import random

import pytest

from cromulent.accounts import User
from cromulent.channels import Channel, delete_channel
from cromulent.kernel.errors import InvalidInput, NotFound, RateLimited
from cromulent.kernel.ids import new_id
from cromulent.messages import NotTextChannel
from cromulent.notifications import NotificationService, read_states_of
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


@pytest.fixture
def notifications(place: Place) -> NotificationService:
    return NotificationService(place.database, place.clock)


async def states(place: Place, user: User) -> dict[str, tuple[int, int]]:
    """How far a user has read each channel, and its last seq."""
    found = await place.database.read_in_thread(lambda connection: read_states_of(connection, user.id))
    return {state.channel_id: (state.read_seq, state.last_seq) for state in found}


async def two_in_a_channel(place: Place) -> tuple[User, User, Channel]:
    """Ann and Ben, who both know of everything so far."""
    ann, ben = await place.add_user("ann"), await place.add_user("ben")
    return ann, ben, await place.add_channel("general", ann, ben)


async def test_what_others_write_is_unread_until_one_says_so(place: Place, notifications: NotificationService) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    first, last = await place.post(ann, channel), await place.post(ann, channel)
    read, newest = (await states(place, ben))[channel.id]
    assert (read < first.seq, newest) == (True, last.seq)
    assert await notifications.mark_read(ben, channel.id, first.seq) == first.seq
    assert (await states(place, ben))[channel.id] == (first.seq, last.seq)
    assert place.events_of(ben)[-1][1] == "read_state.updated"


async def test_who_writes_has_read_what_stands_above_and_is_told_nothing_of_it(place: Place) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    await place.post(ann, channel)
    own = await place.post(ben, channel)
    assert (await states(place, ben))[channel.id] == (own.seq, own.seq)
    assert "read_state.updated" not in [kind for _, kind in place.events_of(ben)]
    assert (await states(place, ann))[channel.id][0] < own.seq


async def test_it_never_goes_back_and_never_beyond_the_head(place: Place, notifications: NotificationService) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    luck, reached = random.Random(3), (await states(place, ben))[channel.id][0]
    for _ in range(40):
        head = (await place.post(ann, channel)).seq if luck.random() < 0.5 else place.events_of(channel)[-1][0]
        wished = luck.choice([luck.randrange(head + 1), head, head + luck.randrange(9), 10**40])
        expected = max(reached, min(wished, head))
        assert await notifications.mark_read(ben, channel.id, wished) == expected
        told = [kind for _, kind in place.events_of(ben)].count("read_state.updated")
        assert (await states(place, ben))[channel.id][0] == expected
        assert await notifications.mark_read(ben, channel.id, expected) == expected
        assert [kind for _, kind in place.events_of(ben)].count("read_state.updated") == told
        reached = expected
        place.clock.advance(1)


async def test_of_devices_that_speak_at_once_the_farthest_counts(
    place: Place, notifications: NotificationService
) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    seqs = [(await place.post(ann, channel)).seq for _ in range(8)]
    wishes = random.Random(5).sample(seqs, len(seqs))
    await asyncio.gather(*(notifications.mark_read(ben, channel.id, seq) for seq in wishes))
    assert (await states(place, ben))[channel.id] == (seqs[-1], seqs[-1])


async def test_what_was_there_before_one_came_is_not_unread_nor_after_coming_back(place: Place) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    await place.remove(channel, ben)
    assert await states(place, ben) == {}
    missed = await place.post(ann, channel)
    await place.join(channel, ben)
    read, newest = (await states(place, ben))[channel.id]
    assert read == newest >= missed.seq
    later = await place.post(ann, channel)
    assert (await states(place, ben))[channel.id] == (read, later.seq)


async def test_edits_and_members_coming_are_nothing_to_read(place: Place) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    message = await place.post(ann, channel)
    await NotificationService(place.database, place.clock).mark_read(ben, channel.id, message.seq)
    await place.messages.edit_message(ann, channel.id, message.id, "another")
    await place.join(channel, await place.add_user("cleo"))
    assert (await states(place, ben))[channel.id] == (message.seq, message.seq)


async def test_a_channel_that_is_deleted_takes_the_read_states_with_it(place: Place) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    await place.post(ann, channel)
    await place.write(lambda unit: delete_channel(unit, channel, ann.id))
    assert await states(place, ann) == await states(place, ben) == {}


async def test_in_a_voice_channel_there_is_nothing_to_read(place: Place, notifications: NotificationService) -> None:
    ann = await place.add_user("ann")
    lounge = await place.add_channel("lounge", ann, kind="voice")
    assert await states(place, ann) == {}
    with pytest.raises(NotTextChannel):
        await notifications.mark_read(ann, lounge.id, 1)


async def test_who_is_not_in_the_channel_reads_nothing(place: Place, notifications: NotificationService) -> None:
    ann, ben, channel = await two_in_a_channel(place)
    cleo = await place.add_user("cleo")
    for channel_id in (channel.id, new_id(), "x"):
        with pytest.raises(NotFound):
            await notifications.mark_read(cleo, channel_id, 1)
    with pytest.raises(InvalidInput):
        await notifications.mark_read(ann, channel.id, -1)
    assert await states(place, cleo) == {}
    assert place.events_of(ben) != []


async def test_saying_so_without_end_is_refused(place: Place, notifications: NotificationService) -> None:
    ann, _, channel = await two_in_a_channel(place)
    for _ in range(120):
        await notifications.mark_read(ann, channel.id, 0)
    with pytest.raises(RateLimited):
        await notifications.mark_read(ann, channel.id, 0)
