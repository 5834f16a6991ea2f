"""Who becomes a member when, and what is told of it, to whom and in which order."""

from __future__ import annotations

import json

import pytest

from cromulent.channels import add_member, channels_of, enrol_new_user, member_channel_ids, remove_member
from cromulent.channels.facts import MembershipRemoved
from cromulent.db import user_feed
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.ids import new_id
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


async def test_a_newcomer_is_enrolled_in_the_default_channels_only(place: Place) -> None:
    general = await place.add_channel("general", default=True)
    await place.add_channel("other")
    lounge = await place.add_channel("Lounge", kind="voice", default=True)
    ann = await place.add_user("ann")
    assert await place.database.read(lambda c: channels_of(c, ann.id)) == [general, lounge]
    assert set(await place.database.read(lambda c: member_channel_ids(c, ann.id))) == {general.id, lounge.id}


async def test_making_a_default_channel_enrols_everybody(place: Place) -> None:
    people = [await place.add_user(name) for name in ("ann", "bob", "cy")]
    channel = await place.add_channel("general", default=True)
    for user in people:
        assert await place.database.read(lambda c, user=user: channels_of(c, user.id)) == [channel]
    assert place.events_of(channel) == [
        (1, "channel.member_added"),
        (2, "channel.member_added"),
        (3, "channel.member_added"),
    ]


async def test_the_member_hears_first_and_counts_on_from_the_seq_told(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    await place.post(ann, channel)
    bob = await place.add_user("bob")
    place.log.clear()
    await place.write(lambda unit: add_member(unit, channel, bob.id))
    told, announced = place.log
    assert (told.feed, told.type) == (user_feed(bob.id), "membership.added")
    assert (announced.type, json.loads(announced.payload)) == ("channel.member_added", {"user_id": bob.id})
    assert announced.seq == json.loads(told.payload)["seq"] + 1


async def test_adding_and_removing_twice_changes_nothing_more(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    await place.write(lambda unit: add_member(unit, channel, ann.id))
    assert place.events_of(channel) == [(1, "channel.member_added")]
    await place.remove(channel, ann)
    await place.remove(channel, ann)
    assert place.events_of(channel) == [(1, "channel.member_added"), (2, "channel.member_removed")]
    assert place.events_of(ann) == [(1, "membership.added"), (2, "membership.removed")]
    assert await place.database.read(lambda c: channels_of(c, ann.id)) == []


async def test_who_leaves_hears_of_it_before_the_channel_does(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    place.log.clear()
    await place.remove(channel, ann)
    assert [row.type for row in place.log] == ["membership.removed", "channel.member_removed"]


async def test_a_refused_name_leaves_no_channel(place: Place) -> None:
    ann = await place.add_user("ann")
    with pytest.raises(InvalidInput):
        await place.add_channel("\N{ZERO WIDTH SPACE}", ann, default=True)
    assert await place.database.read(lambda c: channels_of(c, ann.id)) == []
    assert place.events_of(ann) == []


async def test_enrolment_reacts_to_new_users_and_nothing_else(place: Place) -> None:
    fact = MembershipRemoved(new_id(), new_id())
    with pytest.raises(TypeError):
        await place.write(lambda unit: enrol_new_user(unit, fact))


async def test_removing_a_stranger_is_nothing(place: Place) -> None:
    channel = await place.add_channel("general")
    await place.write(lambda unit: remove_member(unit, channel.id, new_id()))
    assert place.events_of(channel) == []
