"""Editing and deleting: who may, what is kept, what is erased, and what a nonce is answered with afterwards."""

from __future__ import annotations

import asyncio
import json

import pytest
from sqlalchemy import select, update

from cromulent.channels.store import channels
from cromulent.db import channel_feed
from cromulent.db.schema import events
from cromulent.kernel.errors import Forbidden, InvalidInput, NotFound
from cromulent.kernel.facts import Fact
from cromulent.kernel.ids import new_id
from cromulent.kernel.paging import SeqPage
from cromulent.messages import AlreadyDeleted, Message, MessageDeleted, NonceReused
from cromulent.messages.rendering import RENDERER_VERSION
from cromulent.messages.store import messages
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


async def payloads(place: Place, channel_id: str) -> list[tuple[int, str, str]]:
    """Seq, type and text of every message event of a channel, as the log has it now."""
    statement = select(events.c.seq, events.c.type, events.c.payload).where(events.c.feed == channel_feed(channel_id))
    rows = await place.database.read(lambda connection: connection.execute(statement.order_by(events.c.seq)).all())
    return [
        (seq, name, json.loads(payload)["message"]["text"]) for seq, name, payload in rows if name.startswith("message")
    ]


async def test_an_edit_changes_the_text_and_nothing_of_the_place(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "hello")
    await place.post(ann, channel, "next")
    place.clock.advance(60)
    edited = await place.messages.edit_message(ann, channel.id, posted.id, "*bye*")
    assert (edited.text, edited.html) == ("*bye*", "<p><em>bye</em></p>")
    assert (edited.seq, edited.rev, edited.nonce) == (posted.seq, posted.seq + 2, posted.nonce)
    assert (edited.posted_at, edited.edited_at) == (posted.posted_at, place.clock.now())
    page = await place.messages.history(ann, channel.id, SeqPage("newest", 0, 50))
    assert page.messages[0] == edited
    assert [message.seq for message in page.messages] == [posted.seq, posted.seq + 1]
    row = (await place.database.read(lambda c: c.execute(messages.select()).all()))[0]
    assert row.renderer_version == RENDERER_VERSION


async def test_what_was_superseded_is_nowhere_in_the_log(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "first secret")
    for text in ("second secret", "third secret", "last"):
        await place.messages.edit_message(ann, channel.id, posted.id, text)
    assert [text for _, _, text in await payloads(place, channel.id)] == ["", "", "", "last"]
    other = await place.post(ann, channel, "stays")
    deleted = await place.messages.delete_message(ann, channel.id, posted.id)
    told = await payloads(place, channel.id)
    assert told[-2:] == [(other.seq, "message.posted", "stays"), (deleted.rev, "message.deleted", "")]
    assert [name for _, name, _ in told[:4]] == ["message.posted", *["message.edited"] * 3]
    everything = await place.database.read(lambda c: c.execute(select(events.c.payload)).scalars().all())
    assert not any("secret" in payload or "last" in payload for payload in everything)


async def test_a_post_and_its_edit_in_one_batch_are_told_as_they_are_logged(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "one")
    place.log.clear()
    edits = [place.messages.edit_message(ann, channel.id, posted.id, text) for text in ("two", "three", "four")]
    await asyncio.gather(*edits)
    assert {text for _, _, text in await payloads(place, channel.id)} - {""} == {"four"}
    newest = select(events.c.payload).where(events.c.pos == place.log[-1].pos)
    logged = await place.database.read(lambda c: c.execute(newest).scalar_one())
    assert json.loads(logged)["message"]["text"] == "four"
    assert place.log[-1].payload == logged


async def test_a_deletion_leaves_a_tombstone_with_its_place_and_nonce(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "gone")
    deleted = await place.messages.delete_message(ann, channel.id, posted.id)
    assert (deleted.text, deleted.html, deleted.deleted) == ("", "", True)
    assert (deleted.id, deleted.seq, deleted.rev, deleted.nonce) == (
        posted.id,
        posted.seq,
        posted.seq + 1,
        posted.nonce,
    )
    row = (await place.database.read(lambda c: c.execute(messages.select()).all()))[0]
    assert (row.text, row.html, row.nonce, len(row.request_hash)) == ("", "", posted.nonce, 32)
    assert await place.messages.delete_message(ann, channel.id, posted.id) == deleted
    with pytest.raises(AlreadyDeleted):
        await place.messages.edit_message(ann, channel.id, posted.id, "back again")
    assert [name for _, name in place.events_of(channel)][-2:] == ["message.posted", "message.deleted"]


async def test_the_same_text_again_changes_nothing(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "same")
    place.clock.advance(5)
    assert await place.messages.edit_message(ann, channel.id, posted.id, "same") == posted
    edited = await place.messages.edit_message(ann, channel.id, posted.id, "other")
    place.clock.advance(5)
    assert await place.messages.edit_message(ann, channel.id, posted.id, "other") == edited
    assert [name for _, name in place.events_of(channel)][-2:] == ["message.posted", "message.edited"]


@pytest.mark.parametrize(
    ("text", "code"), [("", "message_empty"), ("x" * 4001, "message_too_long"), ("\0", "invalid_text")]
)
async def test_an_edit_is_as_strict_as_a_post(place: Place, text: str, code: str) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "fine")
    with pytest.raises(InvalidInput) as refusal:
        await place.messages.edit_message(ann, channel.id, posted.id, text)
    assert refusal.value.code == code


async def test_the_author_edits_and_administrators_only_delete(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    admin = await place.add_user("ada", administrator=True)
    channel = await place.add_channel("general", ann, bob, admin)
    posted = await place.post(ann, channel, "mine")
    for other in (bob, admin):
        with pytest.raises(Forbidden):
            await place.messages.edit_message(other, channel.id, posted.id, "yours")
    with pytest.raises(Forbidden):
        await place.messages.delete_message(bob, channel.id, posted.id)
    assert (await place.messages.delete_message(admin, channel.id, posted.id)).deleted


async def test_a_message_of_a_channel_one_is_not_in_looks_missing(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    admin = await place.add_user("ada", administrator=True)
    channel, other = await place.add_channel("secret", ann), await place.add_channel("other", ann, bob, admin)
    posted = await place.post(ann, channel, "mine")
    asked = [(channel.id, posted.id), (other.id, posted.id), (other.id, new_id()), (new_id(), posted.id), ("x", "y")]
    for who in (bob, admin):
        for channel_id, message_id in asked:
            with pytest.raises(NotFound):
                await place.messages.edit_message(who, channel_id, message_id, "x")
            with pytest.raises(NotFound):
                await place.messages.delete_message(who, channel_id, message_id)
    with pytest.raises(NotFound):
        await place.messages.edit_message(ann, other.id, posted.id, "through another channel")


async def test_the_gates_are_asked_inside_the_unit(place: Place) -> None:
    """The removal is queued before the changes and committed with them."""
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "mine")
    removal = asyncio.create_task(place.remove(channel, ann))
    editing = asyncio.create_task(place.messages.edit_message(ann, channel.id, posted.id, "too late"))
    deleting = asyncio.create_task(place.messages.delete_message(ann, channel.id, posted.id))
    await removal
    for change in (editing, deleting):
        with pytest.raises(NotFound):
            await change


async def test_where_one_may_write_no_more_one_may_still_take_back(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "mine")
    await place.write(lambda unit: unit.connection.execute(update(channels).values(write_permission="administrators")))
    with pytest.raises(Forbidden) as refusal:
        await place.messages.edit_message(ann, channel.id, posted.id, "better")
    assert refusal.value.code == "read_only_channel"
    assert (await place.messages.delete_message(ann, channel.id, posted.id)).deleted


async def test_of_edits_at_the_same_time_the_last_in_the_log_wins(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "start")
    place.log.clear()
    edits = [place.messages.edit_message(ann, channel.id, posted.id, f"edit {number}") for number in range(10)]
    answers = await asyncio.gather(*edits)
    last = max(answers, key=lambda message: message.rev)
    page = await place.messages.history(ann, channel.id, SeqPage("newest", 0, 50))
    assert page.messages == [last]
    assert sorted(message.rev for message in answers) == [row.seq for row in place.log]
    assert json.loads(place.log[-1].payload)["message"]["text"] == last.text


async def test_a_nonce_is_answered_with_what_became_of_its_message(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "first")

    async def again(text: str) -> tuple[Message, bool]:
        return await place.messages.post_message(ann, channel.id, posted.nonce, text)

    edited = await place.messages.edit_message(ann, channel.id, posted.id, "second")
    assert await again("first") == (edited, False)
    with pytest.raises(NonceReused):
        await again("second")
    deleted = await place.messages.delete_message(ann, channel.id, posted.id)
    assert await again("first") == (deleted, False)
    with pytest.raises(NonceReused):
        await again("second")


async def test_who_deleted_is_in_the_fact_and_not_on_the_wire(place: Place) -> None:
    ann, admin = await place.add_user("ann"), await place.add_user("ada", administrator=True)
    channel = await place.add_channel("general", ann, admin)
    posted = await place.post(ann, channel, "mine")
    facts: list[Fact] = []
    place.database.writer.after_commit = facts.extend
    deleted = await place.messages.delete_message(admin, channel.id, posted.id)
    assert facts == [MessageDeleted(deleted, admin.id)]
    assert admin.id not in place.log[-1].payload
