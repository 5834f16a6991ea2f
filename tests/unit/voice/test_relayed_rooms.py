"""What the built-in relay is told and handed out as: who is where the moment it changes, and the page's host in its URLs."""

from __future__ import annotations

import pytest

from cromulent.kernel.clock import FakeClock
from cromulent.relay import RestCredentials
from cromulent.voice import IceServers, NoProvider, OwnStun
from cromulent.voice.ice import BuiltInRelay
from tests.unit.voice.world import HOST, World

CREDENTIALS = RestCredentials(b"the secret", 6000)


@pytest.mark.anyio
async def test_the_relay_hears_of_every_way_in_and_out_before_anybody_else(world: World) -> None:
    anna, ben = world.page("anna"), world.page("ben")
    joined = await anna.join("lounge")
    await ben.join("lounge")
    assert world.seated == [("anna", "lounge"), ("ben", "lounge")]
    world.seated.clear()
    await anna.join("attic", token=joined.resume_token)
    assert world.seated == [("anna", None), ("anna", "attic")]
    world.seated.clear()
    world.voice.evict("ben", "not_found", channel_id="lounge")
    assert world.seated == [("ben", None)]
    world.seated.clear()
    world.pass_time(world.policy.leases.silence_seconds + world.policy.leases.grace_seconds + 1)
    assert world.seated == [("anna", None)]


@pytest.mark.anyio
async def test_a_page_gets_stun_and_the_relay_at_its_own_host_with_credentials_that_expire() -> None:
    clock = FakeClock()
    servers = IceServers(NoProvider(), BuiltInRelay(OwnStun(3478), CREDENTIALS, tls=True), clock)
    offer = await servers.offer("anna", HOST)
    stun, turn = offer.servers
    assert (stun.urls, stun.username) == ((f"stun:{HOST}:3478",), None)
    assert turn.urls == (
        f"turn:{HOST}:3478?transport=udp",
        f"turn:{HOST}:3478?transport=tcp",
        f"turns:{HOST}:3478?transport=tcp",
    )
    assert turn.credential == CREDENTIALS.credential(turn.username or "")
    assert offer.expires_in_seconds is not None
    assert 5400 <= offer.expires_in_seconds <= 6000
    assert (await servers.offer("anna", "[::1]")).servers[1].urls[0] == "turn:[::1]:3478?transport=udp"
    assert (await servers.offer("anna", "")).servers == ()


def test_what_the_port_does_not_speak_is_not_handed_out_and_what_is_configured_is() -> None:
    now = FakeClock().now()
    by_udp = BuiltInRelay(OwnStun(3478), CREDENTIALS, tcp=False, tls=True).grant(HOST, "anna", now)
    assert by_udp.servers[1].urls == (f"turn:{HOST}:3478?transport=udp",)
    nameless = BuiltInRelay(OwnStun(3478), CREDENTIALS, urls=("turn:voice.example.org",)).grant("", "anna", now)
    assert [server.urls[0] for server in nameless.servers] == [
        "stun:voice.example.org",
        "turn:voice.example.org?transport=udp",
    ]
    elsewhere = BuiltInRelay(
        OwnStun(3478, "stun:voice.example.org:3479"), CREDENTIALS, urls=("turn:voice.example.org:3479",)
    ).grant(HOST, "anna", now)
    assert elsewhere.servers[0].urls == ("stun:voice.example.org:3479",)
    assert elsewhere.servers[1].urls == tuple(f"turn:voice.example.org:3479?transport={one}" for one in ("udp", "tcp"))
