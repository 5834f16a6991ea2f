"""Posting: once for each nonce, for those who may, and not too fast."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from cromulent.channels.store import channels
from cromulent.db import channel_feed
from cromulent.kernel.clock import FakeClock, to_wire
from cromulent.kernel.errors import DomainError, Forbidden, InvalidInput, NotFound, RateLimited
from cromulent.kernel.ids import new_id
from cromulent.messages import NonceReused, NotTextChannel
from cromulent.messages.rendering import RENDERER_VERSION
from cromulent.messages.store import messages
from tests.unit.place import Place

pytestmark = pytest.mark.anyio

NONCE = "0198c5a2-7d3e-7a10-8b4c-2f6d9e1a3b57"


async def stored(place: Place) -> int:
    """How many messages there are."""
    return await place.database.read(lambda c: len(c.execute(messages.select()).all()))


async def test_a_message_is_stored_and_told(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    nonce = new_id()
    place.log.clear()
    message, created = await place.messages.post_message(ann, channel.id, nonce, "  hi *there*\n")
    assert created
    assert (message.text, message.html) == ("  hi *there*\n", "<p>hi <em>there</em></p>")
    assert (message.seq, message.rev, message.nonce, message.author_id) == (2, 2, nonce, ann.id)
    assert (message.posted_at, message.edited_at, message.deleted) == (place.clock.now(), None, False)
    (event,) = place.log
    assert (event.feed, event.seq, event.type) == (channel_feed(channel.id), 2, "message.posted")
    told = json.loads(event.payload)["message"]
    assert (told["id"], told["html"], told["posted_at"]) == (message.id, message.html, to_wire(message.posted_at))
    row = (await place.database.read(lambda c: c.execute(messages.select()).all()))[0]
    assert (row.text, row.renderer_version, row.deleted_at) == (message.text, RENDERER_VERSION, None)


async def test_the_same_request_again_gets_the_stored_message(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    nonce = new_id()
    message, _ = await place.messages.post_message(ann, channel.id, nonce, "hi")
    place.clock.advance(60)
    place.log.clear()
    assert await place.messages.post_message(ann, channel.id, nonce, "hi") == (message, False)
    assert place.log == []
    assert (await place.post(ann, channel, "next")).seq == message.seq + 1


async def test_another_request_with_the_nonce_is_refused(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    channel, other = await place.add_channel("general", ann, bob), await place.add_channel("other", ann)
    nonce = new_id()
    await place.post(ann, channel, "hi", nonce)
    for elsewhere, text in ((channel, "hi "), (channel, "Hi"), (other, "hi")):
        with pytest.raises(NonceReused):
            await place.messages.post_message(ann, elsewhere.id, nonce, text)
    _, created = await place.messages.post_message(bob, channel.id, nonce, "hi")
    assert created
    assert await stored(place) == 2


async def test_a_refused_post_leaves_no_gap(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    channel = await place.add_channel("general", ann)
    nonce = new_id()
    await place.post(ann, channel, "one", nonce)
    for author, text, used in ((bob, "x", new_id()), (ann, "other", nonce), (ann, "", new_id())):
        with pytest.raises(DomainError):
            await place.post(author, channel, text, used)
    await place.post(ann, channel, "two")
    assert [seq for seq, _ in place.events_of(channel)] == [1, 2, 3]


async def test_only_members_post(place: Place) -> None:
    ann, bob = await place.add_user("ann"), await place.add_user("bob", administrator=True)
    channel = await place.add_channel("general", ann)
    refused: list[str] = []
    for channel_id in (channel.id, new_id(), "nonsense"):
        with pytest.raises(NotFound) as refusal:
            await place.messages.post_message(bob, channel_id, new_id(), "hi")
        refused.append(str(refusal.value))
    assert len(set(refused)) == 1
    assert await stored(place) == 0


async def test_who_was_removed_gets_nothing_not_even_their_own(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    nonce = new_id()
    await place.post(ann, channel, "hi", nonce)
    await place.remove(channel, ann)
    with pytest.raises(NotFound):
        await place.post(ann, channel, "hi", nonce)


async def test_the_right_to_write_is_asked_inside_the_unit(place: Place) -> None:
    """The removal is queued before the post and committed with it: a gate before the unit would let the post through."""
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    removal = asyncio.create_task(place.remove(channel, ann))
    posting = asyncio.create_task(place.post(ann, channel))
    await removal
    with pytest.raises(NotFound):
        await posting


async def test_in_a_read_only_channel_administrators_post(place: Place) -> None:
    ann, bob = await place.add_user("ann", administrator=True), await place.add_user("bob")
    channel = await place.add_channel("news", ann, bob, write_permission="administrators")
    assert (await place.post(ann, channel, "news")).seq == 3
    with pytest.raises(Forbidden) as refusal:
        await place.post(bob, channel, "me too")
    assert refusal.value.code == "read_only_channel"
    assert await stored(place) == 1
    assert (await place.post(ann, channel, "more")).seq == 4


async def test_a_retry_is_answered_though_the_channel_is_read_only_by_now(place: Place) -> None:
    bob = await place.add_user("bob")
    channel = await place.add_channel("general", bob)
    nonce = new_id()
    message = await place.post(bob, channel, "hi", nonce)
    await place.write(lambda unit: unit.connection.execute(update(channels).values(write_permission="administrators")))
    assert await place.messages.post_message(bob, channel.id, nonce, "hi") == (message, False)
    with pytest.raises(Forbidden):
        await place.post(bob, channel, "hi")


async def test_nothing_is_written_in_a_voice_channel(place: Place) -> None:
    ann = await place.add_user("ann")
    lounge = await place.add_channel("Lounge", ann, kind="voice")
    with pytest.raises(NotTextChannel):
        await place.post(ann, lounge)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "message_empty"),
        (" \n\t\N{NO-BREAK SPACE}", "message_empty"),
        ("\N{ZERO WIDTH SPACE}\N{RIGHT-TO-LEFT MARK}", "message_empty"),
        ("x" * 4001, "message_too_long"),
        (" " * 4001, "message_too_long"),
        ("a\0b", "invalid_text"),
        ("a\ud800b", "invalid_text"),
    ],
)
async def test_a_text_that_is_none_is_refused(place: Place, text: str, code: str) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    with pytest.raises(InvalidInput) as refusal:
        await place.post(ann, channel, text)
    assert refusal.value.code == code


@pytest.mark.parametrize("text", ["x" * 4000, "\N{GRINNING FACE}" * 4000, "x", "\x1b[31mred", "  x  \n\n", "\r\n x"])
async def test_anything_else_is_kept_as_it_was_sent(place: Place, text: str) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    assert (await place.post(ann, channel, text)).text == text


@pytest.mark.parametrize("nonce", ["", "x", NONCE.upper(), f"{{{NONCE}}}", NONCE[:-1], NONCE + "0"])
async def test_a_nonce_is_a_uuid(place: Place, nonce: str) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    with pytest.raises(InvalidInput) as refusal:
        await place.messages.post_message(ann, channel.id, nonce, "hi")
    assert refusal.value.code == "invalid_nonce"


@pytest.fixture
async def strict_place(tmp_path: Path, clock: FakeClock, anyio_backend: str) -> AsyncIterator[Place]:
    """A place where ten posts in ten seconds are enough."""
    made = Place(tmp_path / "cromulent.db", clock, posts_per_10_seconds=10)
    yield made
    await made.close()


async def test_ten_posts_in_ten_seconds_each(strict_place: Place) -> None:
    place = strict_place
    ann, bob = await place.add_user("ann"), await place.add_user("bob")
    channel = await place.add_channel("general", ann, bob)
    for number in range(10):
        await place.post(ann, channel, str(number))
    with pytest.raises(RateLimited) as refusal:
        await place.post(ann, channel, "too fast")
    assert 0 < refusal.value.retry_after_seconds <= 1
    await place.post(bob, channel, "my turn")
    place.clock.advance(refusal.value.retry_after_seconds)
    await place.post(ann, channel, "patience")
    with pytest.raises(RateLimited):
        await place.post(ann, channel, "again")
    assert await stored(place) == 12


async def test_the_limit_can_be_lifted(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    for number in range(30):
        await place.post(ann, channel, str(number))
    assert await stored(place) == 30


# Each step is a message somebody means to send (author, number) and how many clients of theirs send it at the same time.
STEPS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=15)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, together=st.booleans())
def test_retries_in_any_order_make_exactly_one_message(steps: list[tuple[int, int, int]], together: bool) -> None:
    asyncio.run(retry(steps, together=together))


async def retry(steps: list[tuple[int, int, int]], *, together: bool) -> None:
    """Post everything, one after the other or all at once, and compare what was answered, stored and told."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "cromulent.db", FakeClock())
        people = [await place.add_user("ann"), await place.add_user("bob")]
        channel = await place.add_channel("general", *people)
        nonces = {(author, number): new_id() for author in range(2) for number in range(5)}
        place.log.clear()
        asked = [(author, number) for author, number, times in steps for _ in range(times)]
        posts = [
            place.messages.post_message(people[author], channel.id, nonces[author, number], f"message {number}")
            for author, number in asked
        ]
        answers = list(await asyncio.gather(*posts)) if together else [await post for post in posts]
        meant = set(asked)
        assert sum(created for _, created in answers) == len(meant) == await stored(place)
        assert {
            (author, number): message.id for (author, number), (message, _) in zip(asked, answers, strict=True)
        } == {
            one: next(message.id for other, (message, _) in zip(asked, answers, strict=True) if other == one)
            for one in meant
        }
        assert len({message.id for message, _ in answers}) == len(meant)
        assert [seq for seq, _ in place.events_of(channel)] == list(range(3, 3 + len(meant)))
        await place.close()
