"""What somebody had sent when they were disabled is not done, whichever of the two was asked for first."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.accounts import User, UserAdministration
from cromulent.kernel.errors import NotFound
from cromulent.kernel.ids import new_id
from cromulent.kernel.paging import SeqPage
from cromulent.messages import MessageService, Renderer
from cromulent.messages.rendering import Rendered
from cromulent.notifications import NotificationService
from tests.unit.place import Place

pytestmark = pytest.mark.anyio


class HeldRenderer(Renderer):
    """A renderer that has got the texts and does not give them back before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.got = asyncio.Semaphore(0)
        self.go_on = asyncio.Event()

    async def render(self, text: str) -> Rendered:
        """Wait, then do it."""
        self.got.release()
        await self.go_on.wait()
        return await super().render(text)


async def disable(place: Place, user: User, *, disabled: bool = True) -> None:
    """Let an administrator do it."""
    root = await place.add_user("root" if disabled else "other root", administrator=True)
    await UserAdministration(place.database).change(root, user.id, role=None, disabled=disabled)


async def test_what_is_being_rendered_when_its_author_is_disabled_is_not_stored(place: Place) -> None:
    ann, ben = await place.add_user("ann"), await place.add_user("ben")
    channel = await place.add_channel("general", ann, ben)
    posted = await place.post(ann, channel, "before")
    renderer = HeldRenderer()
    messages = MessageService(place.database, place.clock, renderer, posts_per_10_seconds=0)
    post = asyncio.create_task(messages.post_message(ann, channel.id, new_id(), "after"))
    edit = asyncio.create_task(messages.edit_message(ann, channel.id, posted.id, "after"))
    for _ in range(2):
        await renderer.got.acquire()
    await disable(place, ann)
    place.log.clear()
    renderer.go_on.set()
    outcomes = await asyncio.gather(post, edit, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NotFound, NotFound]
    assert place.log == []
    page = await place.messages.history(ben, channel.id, SeqPage("newest", 0, 50))
    assert page.messages == [posted]
    assert (await place.post(ben, channel, "next")).seq == posted.seq + 1


async def test_the_disabled_delete_and_read_nothing_until_they_are_enabled_again(place: Place) -> None:
    ann = await place.add_user("ann")
    channel = await place.add_channel("general", ann)
    posted = await place.post(ann, channel, "before")
    reading = NotificationService(place.database, place.clock)
    await disable(place, ann)
    place.log.clear()
    with pytest.raises(NotFound):
        await place.messages.delete_message(ann, channel.id, posted.id)
    with pytest.raises(NotFound):
        await reading.mark_read(ann, channel.id, posted.seq)
    with pytest.raises(NotFound):
        await place.messages.history(ann, channel.id, SeqPage("newest", 0, 50))
    assert place.log == []
    await disable(place, ann, disabled=False)
    assert await reading.mark_read(ann, channel.id, posted.seq) == posted.seq
    assert (await place.messages.delete_message(ann, channel.id, posted.id)).deleted
