"""History: pages in every direction, and what they say about themselves."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from cromulent.accounts import User
from cromulent.channels import Channel
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotFound
from cromulent.kernel.paging import MAX_SEQ, Direction, SeqPage
from cromulent.messages import HistoryPage, Message
from cromulent.messages.store import messages
from tests.unit.place import Place

pytestmark = pytest.mark.anyio
NEWEST = SeqPage("newest", 0, 50)


def seqs(page: HistoryPage) -> list[int]:
    """The seqs of a page."""
    return [message.seq for message in page.messages]


async def furnished(place: Place, count: int = 10) -> tuple[User, Channel, list[Message]]:
    """A channel with messages at the seqs 2 to `count` + 1; 1 is the membership."""
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    return ann, channel, [await place.post(ann, channel, f"message {number}") for number in range(count)]


@pytest.mark.parametrize(
    ("page", "found", "has_before", "has_after"),
    [
        (SeqPage("newest", 0, 50), range(2, 12), False, False),
        (SeqPage("newest", 0, 4), range(8, 12), True, False),
        (SeqPage("newest", 0, 10), range(2, 12), False, False),
        (SeqPage("before", 8, 4), range(4, 8), True, True),
        (SeqPage("before", 6, 4), range(2, 6), False, True),
        (SeqPage("before", 2, 4), [], False, True),
        (SeqPage("before", 0, 4), [], False, True),
        (SeqPage("before", MAX_SEQ, 4), range(8, 12), True, False),
        (SeqPage("after", 5, 4), range(6, 10), True, True),
        (SeqPage("after", 7, 4), range(8, 12), True, False),
        (SeqPage("after", 0, 4), range(2, 6), False, True),
        (SeqPage("after", 11, 4), [], True, False),
        (SeqPage("after", MAX_SEQ, 4), [], True, False),
        (SeqPage("around", 6, 4), range(4, 8), True, True),
        (SeqPage("around", 6, 5), range(4, 9), True, True),
        (SeqPage("around", 6, 1), [6], True, True),
        (SeqPage("around", 2, 4), [2, 3], False, True),
        (SeqPage("around", 11, 4), [9, 10, 11], True, False),
        (SeqPage("around", MAX_SEQ, 4), [10, 11], True, False),
        (SeqPage("around", MAX_SEQ, 1), [], True, False),
    ],
    ids=str,
)
async def test_a_page_and_its_edges(
    place: Place, page: SeqPage, found: Sequence[int], has_before: bool, has_after: bool
) -> None:
    ann, channel, _ = await furnished(place)
    history = await place.messages.history(ann, channel.id, page)
    assert seqs(history) == list(found)
    assert (history.has_before, history.has_after, history.seq) == (has_before, has_after, 11)


@pytest.mark.parametrize("direction", get_args(Direction))
async def test_an_empty_channel_has_an_empty_page(place: Place, direction: Direction) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    for bound in (0, 1, 7):
        page = await place.messages.history(ann, channel.id, SeqPage(direction, bound, 50))
        assert page == HistoryPage([], [], has_before=False, has_after=False, seq=1)


async def test_a_page_holds_the_messages_as_they_were_posted_and_their_authors(place: Place) -> None:
    ann, channel, posted = await furnished(place, 3)
    bob, _ = await place.add_user("bob"), await place.add_user("cy")
    await place.join(channel, bob)
    posted.append(await place.post(bob, channel, "**hi**"))
    page = await place.messages.history(ann, channel.id, NEWEST)
    assert list(page.messages) == posted
    assert list(page.users) == [ann, bob]
    assert [user.id for user in (await place.messages.history(ann, channel.id, SeqPage("before", 3, 50))).users] == [
        ann.id
    ]


async def test_a_deleted_message_stays_as_a_tombstone(place: Place) -> None:
    ann, channel, posted = await furnished(place, 2)
    now = place.clock.now()
    erased = update(messages).where(messages.c.id == posted[0].id).values(text="", html="", deleted_at=now, rev=9)
    await place.write(lambda unit: unit.connection.execute(erased))
    first = (await place.messages.history(ann, channel.id, NEWEST)).messages[0]
    assert (first.id, first.seq, first.rev, first.text, first.deleted) == (posted[0].id, 2, 9, "", True)


async def test_who_is_no_member_sees_nothing(place: Place) -> None:
    _, channel, _ = await furnished(place, 1)
    bob = await place.add_user("bob")
    with pytest.raises(NotFound):
        await place.messages.history(bob, channel.id, NEWEST)


async def test_nothing_of_another_channel_is_seen(place: Place) -> None:
    ann, channel, _ = await furnished(place, 3)
    other = await place.add_channel("other", ann)
    await place.post(ann, other, "elsewhere")
    assert seqs(await place.messages.history(ann, channel.id, NEWEST)) == [2, 3, 4]
    assert seqs(await place.messages.history(ann, other.id, NEWEST)) == [2]


async def test_the_seq_of_a_page_counts_everything_in_the_feed(place: Place) -> None:
    ann, channel, _ = await furnished(place, 2)
    bob = await place.add_user("bob")
    await place.join(channel, bob)
    page = await place.messages.history(ann, channel.id, NEWEST)
    assert (seqs(page), page.seq, page.has_after) == ([2, 3], 4, False)


# What happens in the channel, in order: True is a message, False a member who comes or goes.
HAPPENINGS = st.lists(st.booleans(), max_size=40)


@settings(max_examples=20, deadline=None)
@given(happenings=HAPPENINGS, limit=st.integers(1, 9), start=st.integers(0, 50))
def test_walking_the_pages_meets_every_message_once(happenings: list[bool], limit: int, start: int) -> None:
    asyncio.run(walk_everywhere(happenings, limit, start))


async def walk_everywhere(happenings: list[bool], limit: int, start: int) -> None:
    """Down from the newest, up from the first, and both ways from somewhere in between."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "cromulent.db", FakeClock())
        ann, bob = await place.add_user("ann"), await place.add_user("bob")
        channel = await place.add_channel("general", ann)
        posted: list[int] = []
        inside = False
        for is_message in happenings:
            if is_message:
                posted.append((await place.post(ann, channel)).seq)
            else:
                await (place.remove(channel, bob) if inside else place.join(channel, bob))
                inside = not inside
        newest = await place.messages.history(ann, channel.id, SeqPage("newest", 0, limit))
        assert await walk(place, ann, channel, newest, back=True) + seqs(newest) == posted
        first = await place.messages.history(ann, channel.id, SeqPage("after", 0, limit))
        assert seqs(first) + await walk(place, ann, channel, first, back=False) == posted
        middle = await place.messages.history(ann, channel.id, SeqPage("around", start, limit))
        older = await walk(place, ann, channel, middle, back=True)
        younger = await walk(place, ann, channel, middle, back=False)
        if middle.messages:
            assert older + seqs(middle) + younger == posted
        else:
            assert not posted or limit // 2 == 0
        await place.close()


async def walk(place: Place, user: User, channel: Channel, page: HistoryPage, *, back: bool) -> list[int]:
    """The seqs of every page that follows one, as long as it says that there are more."""
    met: list[int] = []
    while page.messages and (page.has_before if back else page.has_after):
        bound = page.messages[0].seq if back else page.messages[-1].seq
        limit = max(1, len(page.messages))
        page = await place.messages.history(user, channel.id, SeqPage("before" if back else "after", bound, limit))
        assert page.messages
        assert page.has_after if back else page.has_before
        met = seqs(page) + met if back else met + seqs(page)
    return met
