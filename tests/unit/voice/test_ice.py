"""ICE servers: own STUN, static lists, coturn's credentials, and what is left when a provider fails."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json

import pytest
from structlog.testing import capture_logs

from cromulent.kernel.clock import FakeClock
from cromulent.voice import (
    CoturnProvider,
    Failing,
    IcePolicy,
    IceServer,
    IceServers,
    IceSettings,
    NoProvider,
    OwnStun,
    host_of,
    provider_of,
)
from cromulent.voice.ice.coturn import coturn_urls
from tests.unit.voice.world import HOST, FakeProvider

pytestmark = pytest.mark.anyio
OWN_STUN = (IceServer((f"stun:{HOST}:3478",)),)


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("chat.example.org", "chat.example.org"),
        ("chat.example.org:4000", "chat.example.org"),
        ("192.0.2.7:443", "192.0.2.7"),
        ("[2001:db8::7]:443", "[2001:db8::7]"),
        ("[::1]", "[::1]"),
        ("localhost", "localhost"),
        ("", ""),
        ("evil.example?transport=tcp", ""),
        ("a b", ""),
        ("x" * 300, ""),
    ],
)
def test_the_host_of_a_page_is_taken_from_its_header_and_from_nothing_strange(header: str, host: str) -> None:
    assert host_of(header) == host


async def test_an_instance_that_configures_nothing_hands_out_its_own_stun() -> None:
    servers = IceServers(NoProvider(), OwnStun(3478), FakeClock())
    offer = await servers.offer("anna", HOST)
    assert (offer.servers, offer.expires_in_seconds, offer.transport_policy) == (OWN_STUN, None, "all")
    assert (await servers.offer("anna", "[::1]")).servers == (IceServer(("stun:[::1]:3478",)),)
    assert (await servers.offer("anna", "")).servers == ()


def test_own_stun_may_be_elsewhere_or_off() -> None:
    assert OwnStun(0).servers(HOST) == ()
    assert OwnStun(3478, "stun:stun.example.net").servers("") == (IceServer(("stun:stun.example.net",)),)


async def test_the_transport_policy_is_passed_on() -> None:
    with capture_logs() as logs:
        servers = IceServers(NoProvider(), OwnStun(), FakeClock(), IcePolicy(transport_policy="relay"))
    assert [line["event"] for line in logs] == ["relay_forced_without_a_relay"]
    assert (await servers.offer("anna", HOST)).transport_policy == "relay"


async def test_a_static_list_is_given_in_the_browsers_words() -> None:
    text = json.dumps(
        [
            {"urls": "stun:stun.example.org", "username": "useless"},
            {"urls": ["turn:turn.example.org", "turns:turn.example.org"], "username": "u", "credential": "c"},
        ]
    )
    provider = provider_of(IceSettings(provider="static", ice_servers=text))
    offer = await IceServers(provider, OwnStun(), FakeClock()).offer("anna", HOST)
    assert offer.servers == (
        IceServer(("stun:stun.example.org",)),
        IceServer(("turn:turn.example.org", "turns:turn.example.org"), "u", "c"),
    )
    assert offer.expires_in_seconds is None


@pytest.mark.parametrize(
    "settings",
    [
        IceSettings(provider="static"),
        IceSettings(provider="static", ice_servers="[]"),
        IceSettings(provider="static", ice_servers="{"),
        IceSettings(provider="static", ice_servers='[{"urls": "https://example.org"}]'),
        IceSettings(provider="static", ice_servers='[{"url": "turn:example.org"}]'),
        IceSettings(provider="coturn", urls=("turn:example.org",)),
        IceSettings(provider="coturn", secret="s"),
        IceSettings(provider="coturn", urls=("https://example.org",), secret="s"),
        IceSettings(provider="coturn", urls=("turn:a b",), secret="s"),
    ],
)
def test_a_provider_that_cannot_work_is_refused_at_the_start(settings: IceSettings) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        provider_of(settings)


@pytest.mark.parametrize(
    ("given", "urls"),
    [
        (
            ["turn:turn.example.org"],
            ["stun:turn.example.org", "turn:turn.example.org?transport=udp", "turn:turn.example.org?transport=tcp"],
        ),
        (
            ["turns:t.example.org:443", "turn:t.example.org:3478"],
            [
                "stun:t.example.org:3478",
                "turn:t.example.org:3478?transport=udp",
                "turn:t.example.org:3478?transport=tcp",
                "turns:t.example.org:443?transport=tcp",
            ],
        ),
        (
            ["turn:127.0.0.1:3478?transport=udp", "stun:s.example.org"],
            ["stun:s.example.org", "turn:127.0.0.1:3478?transport=udp"],
        ),
        (
            ["[2001:db8::7]:3478"],
            [
                "stun:[2001:db8::7]:3478",
                "turn:[2001:db8::7]:3478?transport=udp",
                "turn:[2001:db8::7]:3478?transport=tcp",
            ],
        ),
        (["turns:t.example.org"], ["turns:t.example.org?transport=tcp"]),
        (
            ["turn:a.example", "turn:a.example?transport=udp"],
            ["stun:a.example", "turn:a.example?transport=udp", "turn:a.example?transport=tcp"],
        ),
    ],
)
def test_coturns_urls_are_completed_and_ordered(given: list[str], urls: list[str]) -> None:
    assert list(coturn_urls(given)) == urls


async def test_coturns_credentials_are_what_its_secret_makes_of_them() -> None:
    clock = FakeClock()
    grant = await CoturnProvider(["turn:turn.example.org"], "s3cret").servers("the-user-id", clock.now())
    stun, turn = grant.servers
    assert (stun.urls, stun.username, stun.credential) == (("stun:turn.example.org",), None, None)
    assert turn.username is not None
    expected = base64.b64encode(hmac.digest(b"s3cret", turn.username.encode(), hashlib.sha1)).decode()
    assert turn.credential == expected
    expiry, _, opaque = turn.username.partition(":")
    assert int(expiry) % 600 == 0
    assert grant.life_seconds is not None
    assert grant.life_seconds == int(expiry) - clock.now().timestamp()
    assert 4 * 3600 <= grant.life_seconds <= 6 * 3600
    assert opaque
    assert "the-user-id" not in turn.username


async def test_coturns_user_names_are_the_same_for_a_while_and_never_shared() -> None:
    clock = FakeClock()
    provider = CoturnProvider(["turn:turn.example.org"], "s3cret")

    async def user_name(user: str) -> str:
        return (await provider.servers(user, clock.now())).servers[-1].username or ""

    clock.advance(1)
    first = await user_name("anna")
    clock.advance(590)
    assert await user_name("anna") == first
    assert await user_name("ben") != first
    clock.advance(20)
    assert await user_name("anna") != first
    assert (await user_name("anna")).partition(":")[2] == first.partition(":")[2]


@pytest.mark.parametrize("life", [60, 1000])
async def test_a_short_life_is_rounded_to_a_tenth(life: int) -> None:
    clock = FakeClock()
    clock.advance(7)
    grant = await CoturnProvider(["turn:x"], "s", life_seconds=life).servers("anna", clock.now())
    assert grant.life_seconds is not None
    assert 0.9 * life < grant.life_seconds <= life


async def test_servers_are_asked_for_again_at_half_their_life() -> None:
    clock, provider = FakeClock(), FakeProvider()
    servers = IceServers(provider, OwnStun(), clock)
    assert (await servers.offer("anna", HOST)).expires_in_seconds == 600
    clock.advance(299)
    offer = await servers.offer("anna", HOST)
    assert (provider.asked, offer.expires_in_seconds) == (1, 301)
    clock.advance(1)
    offer = await servers.offer("anna", HOST)
    assert (provider.asked, offer.expires_in_seconds) == (2, 600)


async def test_each_user_has_credentials_of_their_own() -> None:
    servers = IceServers(FakeProvider(), OwnStun(), FakeClock())
    assert (await servers.offer("anna", HOST)).servers != (await servers.offer("ben", HOST)).servers


async def test_when_a_provider_fails_the_last_good_servers_serve_until_they_expire_and_then_own_stun() -> None:
    clock, provider = FakeClock(), FakeProvider()
    servers = IceServers(provider, OwnStun(), clock)
    good = await servers.offer("anna", HOST)
    provider.fails = True
    clock.advance(400)
    with capture_logs() as logs:
        offer = await servers.offer("anna", HOST)
    assert (offer.servers, offer.expires_in_seconds) == (good.servers, 200)
    assert [(line["event"], line["log_level"], line["reason"]) for line in logs] == [
        ("ice_provider_failed", "warning", "the provider is out of order")
    ]
    assert servers.failing == Failing(clock.now(), "the provider is out of order")
    clock.advance(200)
    offer = await servers.offer("anna", HOST)
    assert (offer.servers, offer.expires_in_seconds) == (OWN_STUN, None)
    assert (await servers.offer("ben", HOST)).servers == OWN_STUN
    provider.fails = False
    clock.advance(15)
    assert (await servers.offer("anna", HOST)).expires_in_seconds == 600
    assert servers.failing is None


async def test_a_provider_that_failed_is_left_alone_for_a_moment_so_that_nobody_waits_for_it() -> None:
    clock, provider = FakeClock(), FakeProvider()
    provider.fails = True
    servers = IceServers(provider, OwnStun(), clock)
    for _ in range(5):
        assert (await servers.offer("anna", HOST)).servers == OWN_STUN
    assert provider.asked == 1
    clock.advance(14)
    await servers.offer("ben", HOST)
    assert provider.asked == 1
    clock.advance(1)
    await servers.offer("ben", HOST)
    assert provider.asked == 2


async def test_a_provider_that_hangs_is_not_waited_for() -> None:
    provider = FakeProvider()
    provider.may_answer.clear()
    servers = IceServers(provider, OwnStun(), FakeClock(), IcePolicy(timeout_seconds=0.01))
    with capture_logs() as logs:
        offer = await asyncio.wait_for(servers.offer("anna", HOST), 5)
    assert offer.servers == OWN_STUN
    assert [line["reason"] for line in logs] == ["it did not answer in time"]
