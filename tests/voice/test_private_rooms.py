"""Rooms of private channels over the gateway: nothing of them for who is not in them, everything for who is, nothing again after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from cromulent.kernel.ids import new_id
from tests.browser.server_process import ServerProcess, create_administrator
from tests.voice.caller import Caller, House, Refused

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server for the module."""
    data = tmp_path_factory.mktemp("house") / "data"
    for name in ("anna", "ben"):
        create_administrator(data, name)
    server = ServerProcess(data, environment={"CROMULENT_TURN_PROVIDER": "none"})
    server.start()
    yield House(server)
    server.kill()


@pytest.fixture
async def anna_asks(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """Anna's requests."""
    client = await house.browser("anna")
    yield client
    await client.aclose()


async def make(anna_asks: httpx2.AsyncClient, kind: str) -> str:
    """A private channel of Anna's."""
    wanted = {"kind": kind, "name": "hidden", "visibility": "private"}
    return str((await anna_asks.post("channels", json=wanted)).raise_for_status().json()["channel"]["id"])


async def refusal_of(page: Caller, name: str, channel_id: str) -> tuple[str, str, dict[str, str]]:
    """How a command about a channel is refused."""
    audio = {"muted": False, "deafened": False, "sends_audio": True, "join_id": new_id()}
    with pytest.raises(Refused) as refused:
        await page.command(name, channel_id=channel_id, **(audio if name == "voice.join" else {}))
    return refused.value.code, str(refused.value), refused.value.detail


@pytest.mark.parametrize("name", ["voice.join", "voice.room", "typing.start"])
@pytest.mark.parametrize("kind", ["text", "voice"])
async def test_no_command_tells_a_private_channel_from_a_missing_one(
    house: House, anna_asks: httpx2.AsyncClient, name: str, kind: str
) -> None:
    channel_id = await make(anna_asks, kind)
    async with house.page("anna") as anna, house.page("ben") as ben:
        if kind == "voice":
            await anna.join(channel_id)
        there = await refusal_of(ben, name, channel_id)
        assert there == await refusal_of(ben, name, new_id())
        assert there[0] == "not_found"
        assert channel_id not in str(ben.snapshot)
        assert channel_id not in str(ben.told)


async def test_who_is_let_in_sees_who_is_there_and_who_is_kicked_is_out_of_the_call(
    house: House, anna_asks: httpx2.AsyncClient
) -> None:
    channel_id = await make(anna_asks, "voice")
    async with house.page("anna") as anna, house.page("ben") as ben:
        joined = await anna.join(channel_id)
        me = (await anna_asks.get("channels/" + channel_id + "/members")).json()["users"][0]["id"]
        users = {user["user_name"]: user["id"] for user in ben.snapshot["users"]}
        assert users["anna"] == me
        member = f"channels/{channel_id}/members/{users['ben']}"
        (await anna_asks.put(member, json={})).raise_for_status()
        await ben.hear("membership.added")
        room = await ben.command("voice.room", channel_id=channel_id)
        assert [one["id"] for one in room["participants"]] == [joined["participant_id"]]
        await ben.join(channel_id)
        (await anna_asks.delete(member)).raise_for_status()
        await ben.hear("voice.kicked", channel_id=channel_id, reason="membership_removed")
        await anna.hear("voice.participant_left", channel_id=channel_id, reason="kicked")
        assert (await refusal_of(ben, "voice.join", channel_id))[0] == "not_found"
        (await anna_asks.delete(f"channels/{channel_id}")).raise_for_status()
        await anna.hear("voice.kicked", channel_id=channel_id, reason="channel_deleted")
        await anna.hear("membership.removed", channel_id=channel_id, reason="channel_deleted")
