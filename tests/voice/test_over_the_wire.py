"""Voice through a real server in a process of its own: sockets, commands, dispatches, the beacon, a SIGKILL."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import pytest
from aioice import stun

from tests.browser.server_process import ServerProcess, create_administrator
from tests.voice.caller import House, Refused

pytestmark = pytest.mark.anyio
PEOPLE = ("anna", "ben", "carl")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server for the module; every test leaves its rooms empty."""
    data = tmp_path_factory.mktemp("house") / "data"
    for name in PEOPLE:
        create_administrator(data, name)
    server = ServerProcess(data, environment={"CROMULENT_TURN_PROVIDER": "none"})
    server.start()
    yield House(server)
    server.kill()


def offer(to: str, sdp: str = "v=0") -> dict[str, object]:
    """The `d` of a signal."""
    data = {"type": "offer", "sdp": sdp}
    return {"to": to, "generation": 1, "negotiation_id": 1, "kind": "description", "data": data}


def goodbye(joined: dict[str, str]) -> dict[str, str]:
    """What a page says when it leaves."""
    return {"participant_id": joined["participant_id"], "resume_token": joined["resume_token"]}


async def test_two_meet_are_seen_by_a_third_and_signal_each_other(house: House) -> None:
    async with house.page("anna") as anna, house.page("ben") as ben, house.page("carl") as carl:
        lounge = anna.channel("Lounge")
        first = await anna.join(lounge)
        second = await ben.join(lounge)
        assert [one["id"] for one in second["participants"]] == [first["participant_id"], second["participant_id"]]
        assert second["ice_transport_policy"] == "all"
        assert second["expires_in_seconds"] is None

        await ben.command("voice.update", connection="connected", muted=True)
        seen = await carl.hear("voice.participant_updated", channel_id=lounge)
        assert (seen["participant"]["connection"], seen["participant"]["muted"]) == ("connected", True)

        candidate = {"candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "u"}
        await ben.command("voice.signal", **offer(first["participant_id"]))
        await ben.command(
            "voice.signal",
            to=first["participant_id"],
            generation=1,
            negotiation_id=1,
            kind="candidates",
            data={"candidates": [candidate]},
        )
        got = await anna.hear("voice.signal", kind="description")
        assert got == {**offer(first["participant_id"]), "channel_id": lounge, "from": second["participant_id"]}
        assert (await anna.hear("voice.signal", kind="candidates"))["data"] == {"candidates": [candidate]}
        assert not [name for name, _ in carl.told if name == "voice.signal"]

        async with house.page("carl") as newcomer:
            (room,) = [one for one in newcomer.snapshot["rooms"] if one["channel_id"] == lounge]
            assert len(room["participants"]) == 2
        for page, joined in ((anna, first), (ben, second)):
            await page.command("voice.leave", **goodbye(joined))
        await carl.hear("voice.participant_left", participant_id=second["participant_id"], reason="left")


async def test_the_ice_server_that_is_handed_out_answers(house: House) -> None:
    async with house.page("anna") as anna:
        (server,) = (await anna.command("voice.ice_servers"))["ice_servers"]
        (url,) = server["urls"]
        host, _, port = url.removeprefix("stun:").rpartition(":")
        assert (host, int(port)) == (urlsplit(house.server.url).hostname, house.server.stun_port)
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setblocking(False)
            asking.connect(("127.0.0.1", int(port)))
            asking.send(bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST)))
            answer = stun.parse_message(await asyncio.wait_for(loop.sock_recv(asking, 2048), 5))
            assert answer.attributes["XOR-MAPPED-ADDRESS"] == asking.getsockname()


async def test_a_signal_of_the_wrong_shape_is_refused_and_the_call_goes_on(house: House) -> None:
    async with house.page("anna") as anna, house.page("ben") as ben:
        lounge = anna.channel("Lounge")
        first, second = await anna.join(lounge), await ben.join(lounge)
        to = second["participant_id"]
        wrong: list[tuple[dict[str, object], str]] = [
            ({**offer(to), "data": {"type": "rollback", "sdp": ""}}, "invalid_command"),
            ({**offer(to), "data": []}, "invalid_command"),
            ({**offer(to), "generation": -1}, "invalid_command"),
            ({**offer(to), "kind": "candidates", "data": {"candidates": [{"sdpMid": "0"}]}}, "invalid_command"),
            (offer(to, "x" * 33_000), "signal_too_large"),
        ]
        for d, code in wrong:
            with pytest.raises(Refused) as refusal:
                await anna.command("voice.signal", **d)
            assert refusal.value.code == code
        await anna.command("voice.signal", **offer(to))
        await ben.hear("voice.signal", kind="description")
        for page, joined in ((anna, first), (ben, second)):
            await page.command("voice.leave", **goodbye(joined))


async def test_the_second_tab_is_told_where_the_call_is_and_may_move_it(house: House) -> None:
    async with house.page("anna", "laptop") as laptop, house.page("anna", "phone") as phone:
        lounge = laptop.channel("Lounge")
        first = await laptop.join(lounge, "first")
        await laptop.command("voice.update", muted=True)
        with pytest.raises(Refused) as refusal:
            await phone.join(lounge, "second")
        assert refusal.value.code == "already_in_channel"
        assert refusal.value.detail == {"channel_id": lounge, "device": "laptop"}
        moved = await phone.join(lounge, "third", takeover=True)
        assert [(one["id"], one["muted"]) for one in moved["participants"]] == [(moved["participant_id"], True)]
        told = await laptop.hear("voice.superseded")
        assert told == {"channel_id": lounge, "participant_id": first["participant_id"], "device": "phone"}
        with pytest.raises(Refused) as refusal:
            await laptop.join(lounge, "fourth", resume_token=first["resume_token"])
        assert refusal.value.code == "superseded"
        await phone.command("voice.leave", **goodbye(moved))


async def test_a_frozen_tab_is_replaced_in_less_than_three_seconds(house: House) -> None:
    async with house.page("anna", "frozen") as frozen, house.page("anna", "phone") as phone:
        lounge = frozen.channel("Lounge")
        frozen.mute_script = True
        await frozen.join(lounge, "first")
        async with asyncio.timeout(3):
            joined = await phone.join(lounge, "second")
        await phone.hear("voice.participant_left", reason="replaced")
        await phone.command("voice.leave", **goodbye(joined))


async def test_a_peer_whose_socket_answers_is_present(house: House) -> None:
    async with house.page("anna") as anna, house.page("ben") as ben:
        lounge = anna.channel("Lounge")
        first, second = await anna.join(lounge), await ben.join(lounge)
        stall = await anna.command("voice.report_stall", participant_id=second["participant_id"])
        assert stall == {"present": True}
        room = await anna.command("voice.room", channel_id=lounge)
        assert {one["connection"] for one in room["participants"]} == {"connecting"}
        for page, joined in ((anna, first), (ben, second)):
            await page.command("voice.leave", **goodbye(joined))


async def test_a_closing_page_says_goodbye_by_beacon(house: House) -> None:
    async with house.page("ben") as ben:
        lounge = ben.channel("Lounge")
        async with house.page("anna") as anna:
            joined = await anna.join(lounge)
        async with await house.browser("anna") as http, await house.browser("ben") as stranger:
            body = goodbye(joined)
            assert (await stranger.post("voice/leave", json=body)).json()["code"] == "invalid_resume_token"
            assert (await http.post("voice/leave", json={**body, "participant_id": "x"})).status_code == 400
            assert (await http.post("voice/leave", json={**body, "resume_token": "x"})).status_code == 400
            assert (await http.post("voice/leave", json=body)).status_code == 204
            await ben.hear("voice.participant_left", participant_id=joined["participant_id"], reason="left")
            assert (await http.post("voice/leave", json=body)).status_code == 204


@pytest.mark.parametrize("order", [("anna", "ben", "carl"), ("carl", "ben", "anna")])
async def test_after_a_sigkill_everybody_is_who_they_were(house: House, order: tuple[str, ...]) -> None:
    before: dict[str, dict[str, str]] = {}
    lounge = ""
    async with AsyncExitStack() as stack:
        for name in PEOPLE:
            page = await stack.enter_async_context(house.page(name))
            lounge = page.channel("Lounge")
            before[name] = await page.join(lounge, name)
        house.server.kill()
    house.server.start()
    async with AsyncExitStack() as stack:
        for name in order:
            page = await stack.enter_async_context(house.page(name))
            (room,) = [one for one in page.snapshot["rooms"] if one["channel_id"] == lounge]
            assert room["settled"] is False
            after = await page.join(lounge, "again", resume_token=before[name]["resume_token"])
            assert after["participant_id"] == before[name]["participant_id"]
            assert after["settled"] is False
        for name in PEOPLE:
            async with await house.browser(name) as http:
                assert (await http.post("voice/leave", json=goodbye(before[name]))).status_code == 204
