"""What administrators do with channels, what is told of it, and what is left when one is deleted."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from cromulent.accounts import UserAdministration
from cromulent.accounts.store import users
from cromulent.channels import (
    Channel,
    ChannelChange,
    ChannelCreated,
    ChannelDeleted,
    ChannelUpdated,
    MembershipAdded,
    MembershipRemoved,
    administration,
    channels_of,
    service,
)
from cromulent.db import Connection, channel_feed, user_feed
from cromulent.db.schema import events
from cromulent.kernel.errors import Forbidden, InvalidInput, NotAuthenticated, NotFound, RateLimited
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id
from cromulent.messages.store import messages
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


@pytest.fixture
def facts(place: Place) -> list[Fact]:
    """Everything recorded from now on."""
    heard: list[Fact] = []
    place.database.writer.after_commit = heard.extend
    return heard


async def test_every_change_names_who_did_it(place: Place, facts: list[Fact]) -> None:
    ann, ben = await place.add_user("ann", administrator=True), await place.add_user("ben")
    facts.clear()
    channel = await place.channels.create(ann, "text", "plans", topic="What next")
    renamed = await place.channels.change(ann, channel.id, ChannelChange(name="Plans B"))
    await place.channels.add_member(ann, channel.id, ben.id)
    await place.channels.remove_member(ann, channel.id, ben.id)
    await place.channels.delete(ann, channel.id)
    told = (ChannelCreated, ChannelUpdated, ChannelDeleted, MembershipAdded, MembershipRemoved)
    assert [fact for fact in facts if isinstance(fact, told)] == [
        ChannelCreated(channel, ann.id),
        MembershipAdded(ann.id, channel, 0, ann.id),
        ChannelUpdated(renamed, channel, ann.id),
        MembershipAdded(ben.id, renamed, 2, ann.id),
        MembershipRemoved(ben.id, channel.id, "removed", ann.id),
        MembershipRemoved(ann.id, channel.id, "channel_deleted", ann.id),
        ChannelDeleted(renamed, ann.id),
    ]
    assert renamed.slug == "plans-b"


async def test_the_disabled_come_and_go_no_more_but_can_be_let_in_and_removed(place: Place) -> None:
    ann, ben = await place.add_user("ann", administrator=True), await place.add_user("ben")
    channel, other = await place.add_channel("plans", ann, ben), await place.add_channel("open", ann)
    await UserAdministration(place.database).change(ann, ben.id, role=None, disabled=True)
    place.log.clear()
    with pytest.raises(NotAuthenticated):
        await place.channels.join(ben, other.id)
    with pytest.raises(NotFound):
        await place.channels.leave(ben, channel.id)
    await place.channels.add_member(ann, channel.id, ben.id)  # who is one already
    assert place.log == []
    await place.channels.add_member(ann, other.id, ben.id)
    for each in (channel, other):
        await place.channels.remove_member(ann, each.id, ben.id)
        with pytest.raises(NotFound):
            await place.channels.remove_member(ann, each.id, ben.id)
    assert [row.type for row in place.log if row.feed == user_feed(ben.id)] == [
        "membership.added",
        "membership.removed",
        "membership.removed",
    ]


async def test_who_comes_and_goes_does_so_by_themselves(place: Place, facts: list[Fact]) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("open")
    facts.clear()
    await place.channels.join(ann, channel.id)
    await place.channels.join(ann, channel.id)
    await place.channels.leave(ann, channel.id)
    personal = [fact for fact in facts if isinstance(fact, MembershipAdded | MembershipRemoved)]
    assert personal == [
        MembershipAdded(ann.id, channel, 0, ann.id),
        MembershipRemoved(ann.id, channel.id, "left", ann.id),
    ]
    with pytest.raises(NotFound):
        await place.channels.leave(ann, channel.id)


async def test_a_change_that_changes_nothing_is_told_to_nobody(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channel = await place.add_channel("general", ann)
    place.log.clear()
    same = ChannelChange(name=" general ", topic="", visibility="public", is_default=False, write_permission="everyone")
    assert await place.channels.change(ann, channel.id, same) == channel
    assert await place.channels.change(ann, channel.id, ChannelChange()) == channel
    assert place.log == []


async def test_becoming_default_enrols_everybody_in_units_of_bounded_size(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "ENROLLED_AT_ONCE", 3)
    ann = await place.add_user("ann", administrator=True)
    others = [await place.add_user(f"user{number}") for number in range(9)]
    channel = await place.add_channel("news", ann, others[4])
    batches: list[int] = []
    place.database.writer.publish = lambda rows: (batches.append(len(rows)), place.log.extend(rows))[0]
    place.log.clear()
    changed = await place.channels.change(ann, channel.id, ChannelChange(is_default=True))
    assert changed.is_default
    for user in (ann, *others):
        assert await place.database.read(lambda c, user=user: channels_of(c, user.id)) == [changed]
    assert batches == [6, 6, 5]
    assert [row.type for row in place.log[:6]] == ["membership.added"] * 3 + ["channel.member_added"] * 3
    seqs = [json.loads(row.payload)["seq"] for row in place.log if row.type == "membership.added"]
    assert seqs == [2, 2, 2, 5, 5, 5, 8, 8]
    assert place.log[-1].type == "channel.updated"


async def test_who_left_a_default_channel_is_not_brought_back_by_another_change(place: Place) -> None:
    ann, ben = await place.add_user("ann", administrator=True), await place.add_user("ben")
    channel = await place.channels.create(ann, "text", "news", is_default=True)
    await place.channels.leave(ben, channel.id)
    await place.channels.change(ann, channel.id, ChannelChange(topic="Read this", is_default=True))
    assert await place.database.read(lambda connection: channels_of(connection, ben.id)) == []
    await place.channels.change(ann, channel.id, ChannelChange(is_default=False))
    await place.channels.change(ann, channel.id, ChannelChange(is_default=True))
    assert len(await place.database.read(lambda connection: channels_of(connection, ben.id))) == 1


async def test_of_a_deleted_channel_nothing_is_left(place: Place) -> None:
    ann, ben = await place.add_user("ann", administrator=True), await place.add_user("ben")
    channel, other = await place.add_channel("doomed", ann, ben), await place.add_channel("kept", ann)
    for where in (channel, other):
        for number in range(3):
            await place.post(ann, where, f"a secret {number}")
    place.log.clear()
    await place.channels.delete(ann, channel.id)
    assert [(row.feed, row.type, json.loads(row.payload)) for row in place.log] == [
        (user_feed(user.id), "membership.removed", {"channel_id": channel.id, "reason": "channel_deleted"})
        for user in (ann, ben)
    ]

    def left(connection: Connection) -> tuple[int, list[str], int]:
        kept = connection.execute(select(func.count()).select_from(messages)).scalar_one()
        of_channel = events.c.feed == channel_feed(channel.id)
        payloads = list(connection.execute(select(events.c.payload).where(of_channel)).scalars())
        secrets = select(func.count()).where(events.c.payload.contains("a secret"))
        return kept, payloads, connection.execute(secrets).scalar_one()

    assert await place.database.read(left) == (3, ["{}"] * 5, 3)
    assert await place.database.read(lambda connection: channels_of(connection, ann.id)) == [other]
    with pytest.raises(NotFound):
        await place.channels.delete(ann, channel.id)


async def test_what_is_posted_in_the_batch_of_the_deletion_is_erased_too(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channel = await place.add_channel("doomed", ann)

    def post_and_delete(unit) -> None:
        unit.record(ChannelUpdated(channel), channel_feed(channel.id))
        administration.delete_channel(unit, channel)

    place.log.clear()
    await place.write(post_and_delete)
    told = [json.loads(row.payload) for row in place.log if row.type == "channel.updated"]
    assert [each["channel"]["name"] for each in told] == ["doomed"]  # who was a member heard it, before the end
    of_channel = select(events.c.payload).where(events.c.feed == channel_feed(channel.id))
    assert set(await place.database.read(lambda c: list(c.execute(of_channel).scalars()))) == {"{}"}


@pytest.mark.parametrize("way", ["leave", "removal"])
async def test_a_private_channel_is_gone_with_its_last_member(place: Place, way: str) -> None:
    ann = await place.add_user("ann", administrator=True)
    public = await place.channels.create(ann, "text", "open")
    private = await place.channels.create(ann, "text", "secret", visibility="private")
    for channel in (public, private):
        await place.post(ann, channel)
        if way == "leave":
            await place.channels.leave(ann, channel.id)
        else:
            await place.channels.remove_member(ann, channel.id, ann.id)
    left = select(messages.c.channel_id)
    assert await place.database.read(lambda c: list(c.execute(left).scalars())) == [public.id]
    await place.channels.join(ann, public.id)
    with pytest.raises(NotFound):
        await place.channels.change(ann, private.id, ChannelChange(topic="x"))


async def test_the_right_is_looked_at_inside_the_unit(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channel = await place.add_channel("general", ann)
    await place.write(
        lambda unit: unit.connection.execute(users.update().where(users.c.id == ann.id).values(role="member"))
    )
    for attempt in (
        place.channels.change(ann, channel.id, ChannelChange(topic="x")),
        place.channels.create(ann, "text", "x"),
        place.channels.delete(ann, channel.id),
        place.channels.move(ann, channel.id, None),
        place.channels.add_member(ann, channel.id, ann.id),
        place.channels.remove_member(ann, channel.id, ann.id),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_a_voice_channel_is_not_put_among_the_text_channels(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    text, voice = await place.add_channel("a", ann), await place.add_channel("b", ann, kind="voice")
    with pytest.raises(InvalidInput):
        await place.channels.move(ann, text.id, voice.id)


async def test_somebody_who_does_not_exist_is_not_added(place: Place) -> None:
    ann = await place.add_user("ann", administrator=True)
    channel = await place.add_channel("general", ann)
    with pytest.raises(NotFound):
        await place.channels.add_member(ann, channel.id, new_id())


async def test_nobody_comes_and_goes_without_end(place: Place) -> None:
    ann, ben = await place.add_user("ann"), await place.add_user("ben")
    channel: Channel = await place.add_channel("open")
    for _ in range(15):
        await place.channels.join(ann, channel.id)
        await place.channels.leave(ann, channel.id)
    with pytest.raises(RateLimited):
        await place.channels.join(ann, channel.id)
    await place.channels.join(ben, channel.id)
    place.clock.advance(60)
    await place.channels.join(ann, channel.id)
