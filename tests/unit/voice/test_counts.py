"""What is counted of calls: every number by something that makes it rise, and nobody's name in any."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cromulent.kernel.errors import NotFound
from cromulent.kernel.metrics import exposition
from cromulent.voice import Change, Connection, Description, RepairRequest, Signal
from cromulent.voice.report import PeerReport, Report
from tests.unit.voice.world import HOST, FakePage, World

pytestmark = pytest.mark.anyio
CONNECTED = Change(connection=Connection.CONNECTED)


def numbers(world: World) -> dict[str, float]:
    """Every sample by its name and labels, without the prefix they share."""
    lines = [line for line in exposition(world.voice.metrics()).splitlines() if not line.startswith("#")]
    return {name.removeprefix("cromulent_"): float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def test_joins_by_answer_and_leaves_by_reason(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    await world.page("anna").join("lounge", token=joined.resume_token)
    with pytest.raises(NotFound):
        await world.page("ben").join("nowhere")
    await world.page("ben").join("lounge")
    await world.voice.leave("anna", joined.participant_id, joined.resume_token)
    world.voice.evict("ben", "disconnected")
    found = numbers(world)
    assert found['voice_joins_total{outcome="joined"}'] == 2
    assert found['voice_joins_total{outcome="resumed"}'] == 1
    assert found['voice_joins_total{outcome="not_found"}'] == 1
    assert found['voice_leaves_total{reason="left"}'] == found['voice_leaves_total{reason="kicked"}'] == 1
    assert found["voice_never_connected_total"] == 2


async def test_how_long_it_took_and_who_is_there_how(world: World) -> None:
    anna, ben = world.page("anna"), world.page("ben")
    await anna.join("lounge")
    await ben.join("lounge")
    world.clock.advance(2.5)
    world.voice.update(anna, CONNECTED)
    world.voice.update(anna, Change(connection=Connection.RECONNECTING))
    world.voice.update(anna, CONNECTED)
    found = numbers(world)
    assert found['voice_connect_seconds_bucket{le="2"}'] == 0
    assert found['voice_connect_seconds_bucket{le="3"}'] == found["voice_connect_seconds_count"] == 1
    assert found['voice_participants{connection="connected"}'] == 1
    assert found['voice_participants{connection="connecting"}'] == 1
    assert found['voice_connection_changes_total{to="reconnecting"}'] == 1


async def test_signals_by_kind_and_stalls_by_what_the_socket_said(world: World) -> None:
    anna, ben = world.page("anna"), world.page("ben")
    await anna.join("lounge")
    to = (await ben.join("lounge")).participant_id
    for number, body in enumerate((Description("offer", "v=0"), Description("offer", "v=0"), RepairRequest()), 1):
        world.voice.signal(anna, Signal(to, 1, number, body))
    asked = asyncio.ensure_future(world.voice.report_stall(anna, to))
    await world.until_waiting(asked)
    world.pass_time(1, ben)
    assert await asked
    found = numbers(world)
    assert found['voice_signals_total{kind="offer"}'] == 2
    assert found['voice_signals_total{kind="offer_again"}'] == 1
    assert found['voice_signals_total{kind="repair_request"}'] == 1
    assert found['voice_stalls_total{peer="socket_alive"}'] == 1


async def test_grants_and_failures_of_the_provider(world: World) -> None:
    await world.voice.ice_servers("anna", HOST)
    world.provider.fails = True
    await world.voice.ice_servers("ben", HOST)
    found = numbers(world)
    assert found['ice_grants_total{provider="fake"}'] == found['ice_failures_total{provider="fake"}'] == 1
    assert found["ice_failing"] == 1


class Links:
    """Anna and Ben in a room, and what Anna says of Ben."""

    def __init__(self, world: World, anna: FakePage, ben_id: str) -> None:
        self.world = world
        self._anna = anna
        self.peer = PeerReport(ben_id, "connecting", received_per_second=0, sent_per_second=0)

    @classmethod
    async def begin(cls, world: World) -> Links:
        anna = world.page("anna")
        await anna.join("lounge")
        return cls(world, anna, (await world.page("ben").join("lounge")).participant_id)

    def say(self, peer: PeerReport) -> dict[str, float]:
        self.world.voice.report(self._anna, Report("live", "playing", False, None, (peer,)))
        return numbers(self.world)


async def test_the_first_packet_the_way_and_the_share_of_the_relay(world: World) -> None:
    links = await Links.begin(world)
    assert links.say(links.peer)['voice_links{path="none"}'] == 1
    world.clock.advance(1.5)
    heard = replace(links.peer, link="ok", received_per_second=50, path="relay")
    links.say(heard)
    found = links.say(heard)
    assert found['voice_links{path="relay"}'] == 1
    assert found['voice_links{path="direct"}'] == found['voice_links{path="none"}'] == 0
    assert found["voice_first_packet_seconds_count"] == 1
    assert found["voice_first_packet_seconds_sum"] == 1.5


async def test_a_repair_is_counted_once_with_its_step_its_end_and_its_reason(world: World) -> None:
    links = await Links.begin(world)
    links.say(replace(links.peer, link="ok"))
    repairing = replace(links.peer, link="repairing", repairs=1, step="restart_fresh")
    for _ in range(3):
        links.say(repairing)
    for _ in range(2):
        links.say(replace(repairing, link="ok", step=None))
    again = replace(repairing, repairs=2, step="rebuild_relay")
    links.say(again)
    failed = replace(again, link="failed", step="fail", reason="udp_blocked")
    links.say(failed)
    found = links.say(failed)
    assert found["voice_repairs_begun_total"] == 2
    assert found['voice_repairs_ended_total{step="restart_fresh",outcome="mended"}'] == 1
    assert found['voice_repairs_ended_total{step="rebuild_relay",outcome="failed"}'] == 1
    assert found['voice_failure_reasons_total{reason="udp_blocked"}'] == 1


async def test_who_comes_back_is_no_first_packet_and_no_name_is_told(world: World) -> None:
    anna = world.page("anna")
    joined = await anna.join("lounge")
    ben = await world.page("ben").join("lounge")
    world.restart()
    await anna.join("lounge", token=joined.resume_token)
    await world.page("ben").join("lounge", token=ben.resume_token)
    links = Links(world, anna, ben.participant_id)
    found = links.say(replace(links.peer, link="ok", received_per_second=50))
    assert found["voice_first_packet_seconds_count"] == 0
    text = exposition(world.voice.metrics())
    assert not any(name in text for name in ("anna", "ben", "lounge", joined.participant_id))


async def test_what_was_counted_before_a_restart_is_not_counted_again(world: World) -> None:
    anna = world.page("anna")
    tokens = [(await page.join("lounge")).resume_token for page in (anna, world.page("ben"))]
    world.restart()
    await anna.join("lounge", token=tokens[0])
    world.voice.report(anna, Report("live", "playing", False, None, ()))  # before Ben is back
    ben_id = (await world.page("ben").join("lounge", token=tokens[1])).participant_id
    links = Links(world, anna, ben_id)
    repaired = replace(links.peer, link="failed", repairs=7, step="fail", reason="udp_blocked")
    found = links.say(repaired)
    assert found["voice_repairs_begun_total"] == 0
    assert 'voice_failure_reasons_total{reason="udp_blocked"}' not in found
    found = links.say(replace(repaired, link="repairing", repairs=8, reason="no_answer"))
    assert found["voice_repairs_begun_total"] == found['voice_failure_reasons_total{reason="no_answer"}'] == 1


async def test_what_a_new_link_has_come_to_before_its_first_report_counts(world: World) -> None:
    links = await Links.begin(world)
    found = links.say(replace(links.peer, link="failed", repairs=2, step="fail", reason="udp_blocked"))
    assert found["voice_repairs_begun_total"] == 2
    assert found['voice_failure_reasons_total{reason="udp_blocked"}'] == 1


async def test_an_old_report_is_no_link_of_now(world: World) -> None:
    links = await Links.begin(world)
    heard = replace(links.peer, link="ok", received_per_second=50, path="relay")
    assert links.say(heard)['voice_links{path="relay"}'] == 1
    world.clock.advance(11)
    assert numbers(world)['voice_links{path="relay"}'] == 1
    world.clock.advance(2)
    assert numbers(world)['voice_links{path="relay"}'] == 0
