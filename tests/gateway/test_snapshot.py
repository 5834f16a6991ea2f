"""*Snapshot + events == fresh snapshot*, for every kind of event and for long random histories of them."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import select, update

from cromulent import wire
from cromulent.accounts import EntryChecks, Identity, ProfileService, UserSettings, UserUpdated
from cromulent.accounts.store import users
from cromulent.channels import Channel, ChannelUpdated
from cromulent.channels.store import channels
from cromulent.db import INSTANCE_FEED, Unit, channel_feed
from cromulent.gateway.dispatch import ENCODERS
from cromulent.kernel.ids import new_id
from cromulent.kernel.paging import SeqPage
from cromulent.messages import Message, MessageService, Renderer
from cromulent.messages.store import messages
from cromulent.notifications import NotificationService
from cromulent.settings import SettingsChange, change_settings
from tests.gateway.listening import Listener, fresh
from tests.gateway.stage import Stage

pytestmark = pytest.mark.anyio


async def rename_user(stage: Stage, who: Identity, name: str) -> None:
    """Change a profile."""
    user = replace(who.user, display_name=name)

    def unit(unit: Unit) -> None:
        unit.connection.execute(update(users).where(users.c.id == user.id).values(display_name=name))
        unit.record(UserUpdated(user), INSTANCE_FEED)

    await stage.database.write(unit)


async def rename_channel(stage: Stage, channel: Channel, name: str) -> None:
    """Change a channel."""
    changed = replace(channel, name=name)

    def unit(unit: Unit) -> None:
        unit.connection.execute(update(channels).where(channels.c.id == channel.id).values(name=name))
        unit.record(ChannelUpdated(changed), channel_feed(channel.id))

    await stage.database.write(unit)


class World:
    """A few channels, and everything that can happen among them, by the dispatch it ends in."""

    def __init__(self, stage: Stage, open_to_all: Channel, private: Channel, ann: Identity) -> None:
        self.stage = stage
        self.open_to_all = open_to_all
        self.private = private
        self.ann = ann
        self.service = MessageService(stage.database, stage.clock, Renderer(), posts_per_10_seconds=0)
        self.luck = random.Random(1)
        self.actions: dict[str, Callable[[], Awaitable[object]]] = {
            "user.created": lambda: stage.add_user(f"user{stage.hub.pos}"),
            "user.updated": lambda: rename_user(stage, ann, f"Ann {stage.hub.pos}"),
            "user_settings.updated": self._change_settings,
            "membership.added": lambda: stage.join(ann, private),
            "membership.removed": lambda: stage.leave(ann, private),
            "channel.updated": lambda: rename_channel(stage, open_to_all, f"number {stage.hub.pos}"),
            "channel.member_added": lambda: stage.add_user(f"user{stage.hub.pos}"),
            "channel.member_removed": self._somebody_else_leaves,
            "message.posted": self._post,
            "message.edited": self._edit,
            "message.deleted": self._delete,
            "instance.updated": self._rename_instance,
            "read_state.updated": self._read,
        }

    async def messages_since(self, seq: int) -> list[object]:
        """What the history has of the open channel after a seq, as it travels."""
        found: list[Message] = []
        while True:
            page = SeqPage("after", found[-1].seq if found else seq, 50)
            answer = await self.service.history(self.ann.user, self.open_to_all.id, page)
            found += answer.messages
            if not answer.has_after:
                return [msgspec.to_builtins(wire.message_to_wire(message)) for message in found]

    async def _post(self) -> Message:
        text = f"text {self.stage.hub.pos}"
        return (await self.service.post_message(self.ann.user, self.open_to_all.id, new_id(), text))[0]

    async def _edit(self) -> None:
        """Post one, and edit any there is."""
        await self._post()
        message_id = await self._any_message()
        text = f"edited {self.stage.hub.pos}"
        await self.service.edit_message(self.ann.user, self.open_to_all.id, message_id, text)

    async def _delete(self) -> None:
        await self._post()
        await self.service.delete_message(self.ann.user, self.open_to_all.id, await self._any_message())

    async def _any_message(self) -> str:
        own = messages.c.author_id == self.ann.user.id
        living = select(messages.c.id).where(messages.c.deleted_at.is_(None), own).order_by(messages.c.seq)
        found = await self.stage.database.read(lambda connection: connection.execute(living).scalars().all())
        return self.luck.choice(list(found))

    async def _read(self) -> None:
        """Read what somebody else has written, up to there or a little less far."""
        other = await self.stage.add_user(f"user{self.stage.hub.pos}")
        notifications = NotificationService(self.stage.database, self.stage.clock)
        channel_id = self.open_to_all.id
        posted = [await self.service.post_message(other.user, channel_id, new_id(), "read me") for _ in range(3)]
        await notifications.mark_read(self.ann.user, channel_id, self.luck.choice(posted)[0].seq)

    async def _change_settings(self) -> None:
        """Choose something, and another thing the next time."""
        entry = EntryChecks.open(self.stage.clock, b"key")
        profiles = ProfileService(self.stage.database, self.stage.clock, entry)
        present = await profiles.settings_of(self.ann.user)
        theme = "light" if present.theme == "dark" else "dark"
        await profiles.change_settings(self.ann.user, UserSettings(theme=theme, talk_key=f"key:F{present.rev}"))
        entry.passwords.close()

    async def _rename_instance(self) -> None:
        change = SettingsChange(name=f"Instance {self.stage.hub.pos}")
        await self.stage.database.write(lambda unit: change_settings(unit, change, self.ann.user.id))

    async def _somebody_else_leaves(self) -> None:
        other = await self.stage.add_user(f"user{self.stage.hub.pos}")
        await self.stage.leave(other, self.open_to_all)


async def assert_messages_as_in_the_history(world: World, listener: Listener) -> None:
    """What came by events is, once all have come, what a page says: whatever was erased in between."""
    channel_id = world.open_to_all.id
    held = [message for _, message in sorted(listener.model.messages[channel_id].items())]
    assert held == await world.messages_since(listener.model.since[channel_id])


@pytest.fixture
async def world(stage: Stage) -> World:
    """Ann is a member of both channels."""
    open_to_all, private = await stage.add_channel(), await stage.add_channel("private", default=False)
    ann = await stage.add_user("ann")
    await stage.join(ann, private)
    return World(stage, open_to_all, private, ann)


async def test_every_kind_of_event_is_among_those_tried_here(world: World) -> None:
    assert set(world.actions) == {name for name, _ in ENCODERS.values()}


@pytest.mark.parametrize("name", sorted(name for name, _ in ENCODERS.values()))
async def test_snapshot_and_one_event_are_a_fresh_snapshot(world: World, name: str) -> None:
    stage = world.stage
    if name == "membership.added":
        await stage.leave(world.ann, world.private)
    live, resuming = Listener(stage, world.ann), Listener(stage, world.ann)
    await live.come()
    await resuming.come()
    resuming.go()
    before = live.model.state().copy()
    feeds = dict(before["feeds"])
    await world.actions[name]()
    await resuming.come()
    assert name in {dispatch["t"] for dispatch in live.socket.dispatches()}
    expected = (await fresh(stage, world.ann)).state()
    for listener in (live, resuming):
        assert listener.read().complaints == []
        assert listener.model.state() == expected
        await assert_messages_as_in_the_history(world, listener)
    assert expected["feeds"] != feeds


@pytest.mark.parametrize("seed", range(8))
async def test_snapshot_and_any_history_are_a_fresh_snapshot(world: World, seed: int) -> None:
    stage, luck = world.stage, random.Random(seed)
    live, wandering = Listener(stage, world.ann), Listener(stage, world.ann)
    await live.come()
    await wandering.come()
    names = sorted(world.actions)
    for _ in range(120):
        await world.actions[luck.choice(names)]()
        if luck.random() < 0.15:
            wandering.read()
            wandering.go()
            for _ in range(luck.randrange(6)):
                await world.actions[luck.choice(names)]()
            await wandering.come()
    expected = (await fresh(stage, world.ann)).state()
    for listener in (live, wandering):
        assert listener.read().complaints == []
        assert listener.model.state() == expected
        await assert_messages_as_in_the_history(world, listener)


async def test_the_snapshot_is_bounded_and_holds_no_message(world: World) -> None:
    await world.stage.post(world.ann, world.open_to_all, "not in the snapshot")
    _, socket = await world.stage.go_live(world.ann)
    ready = socket.messages()[0]
    assert set(ready) == {"op", "user", "snapshot", "cursor"}
    assert set(ready["snapshot"]) == {
        "instance",
        "settings",
        "channels",
        "read_states",
        "users",
        "feeds",
        "presence",
        "rooms",
    }
    assert "not in the snapshot" not in str(ready)
    assert "email" not in str(ready)


async def test_a_channel_one_is_not_a_member_of_is_nowhere_in_the_snapshot(stage: Stage) -> None:
    private = await stage.add_channel("hidden treasure", default=False)
    ann, ben = await stage.add_user("ann"), await stage.add_user("ben")
    await stage.join(ben, private)
    await stage.post(ben, private, "buried here")
    _, socket = await stage.go_live(ann)
    text = str(socket.messages())
    assert private.id not in text
    assert "treasure" not in text
