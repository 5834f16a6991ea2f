"""What administrators read of the calls there are: those they may know of, with names."""

from __future__ import annotations

import pytest

from cromulent.channels import Channel, channels_of
from cromulent.kernel.ids import new_id
from cromulent.voice import Connection, JudgedRoom, Participant, Trouble
from tests.api.people import Person, arrive, private_channel
from tests.api.site import Site

pytestmark = pytest.mark.anyio


def participant(person: Person) -> Participant:
    """Somebody whose call stands."""
    return Participant(
        new_id(),
        person.user.id,
        "Firefox",
        muted=False,
        deafened=False,
        sends_audio=True,
        connection=Connection.CONNECTED,
    )


async def lounge_of(site: Site, person: Person) -> Channel:
    """The voice channel everybody is in."""
    found = await site.instance.database.read(lambda connection: channels_of(connection, person.user.id))
    return next(channel for channel in found if channel.kind == "voice")


def put_in_calls(site: Site, *rooms: JudgedRoom) -> None:
    """What voice says of its rooms; how it comes to that is tested there."""
    site.instance._parts.admin._calls = lambda: list(rooms)


async def test_a_call_is_told_with_its_people_and_what_is_wrong(site: Site) -> None:
    ann = await site.administrator("ann")
    ben, cleo = [await arrive(site, name) for name in ("ben", "cleo")]
    lounge = await lounge_of(site, ben)
    speaker, listener = participant(ben), participant(cleo)
    trouble = Trouble(speaker.id, listener.id, "playback_blocked", "listener")
    put_in_calls(site, JudgedRoom(lounge.id, (speaker, listener), (trouble,)))
    [call] = (await ann.get("admin/calls")).json()["calls"]
    assert call["channel_id"] == lounge.id
    assert [(one["participant_id"], one["user"]["user_name"]) for one in call["participants"]] == [
        (speaker.id, "ben"),
        (listener.id, "cleo"),
    ]
    assert call["troubles"] == [
        {"speaker_id": speaker.id, "listener_id": listener.id, "code": "playback_blocked", "side": "listener"}
    ]


async def test_calls_in_private_channels_of_others_are_not_told(site: Site) -> None:
    ann = await site.administrator("ann")
    ben = await arrive(site, "ben")
    secret = await private_channel(site, ben, kind="voice")
    put_in_calls(site, JudgedRoom(secret.id, (participant(ben),), ()))
    assert (await ann.get("admin/calls")).json() == {"calls": []}


async def test_where_nobody_talks_there_is_nothing_to_tell(site: Site) -> None:
    ann = await site.administrator("ann")
    assert (await ann.get("admin/calls")).json() == {"calls": []}
