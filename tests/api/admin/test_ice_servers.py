"""An administrator's look at the ICE servers: whether the provider fails, and the check that asks it anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.config import TurnConfig
from cromulent.kernel.clock import FakeClock
from cromulent.voice.ice.hosted import Account, MeteredProvider
from tests.api.site import Site
from tests.unit.voice.test_hosted import FakeHost, host

pytestmark = pytest.mark.anyio
assert host  # a fixture
SECRET = "the-secret-of-the-operator"
CREDENTIAL, LIST = "/api/v1/turn/credential", "/api/v1/turn/credentials"
RELAY = '[{"urls": "turn:127.0.0.1:1?transport=tcp", "username": "u", "credential": "hidden"}]'


@pytest.fixture
async def rented(tmp_path: Path, host: FakeHost, anyio_backend: str) -> AsyncIterator[Site]:
    """An instance whose provider is the fake host."""
    turn = TurnConfig(provider="metered", account="app", secret=SECRET)
    site = await Site.open(tmp_path, FakeClock(), turn=turn)
    site.instance._parts.admin._ice._servers._provider = MeteredProvider(Account("app", SECRET, 3600, host.address))
    yield site
    await site.close()


async def test_an_instance_with_nothing_to_relay_by_says_so(site: Site) -> None:
    ann = await site.administrator("ann")
    assert (await ann.get("admin/ice-servers")).json() == {"provider": "none", "failing": None}
    found = (await ann.post("admin/ice-servers/check", json={})).json()
    assert (found["works"], found["urls"]) == (False, [])
    assert found["sentence"].startswith("No relay is handed out")


async def test_a_provider_that_fails_is_told_of_until_it_works_again(rented: Site, host: FakeHost) -> None:
    ann = await rented.administrator("ann")
    host.answers = {CREDENTIAL: (500, "<html>")}
    found = await ann.post("admin/ice-servers/check", json={})
    assert found.json() == {
        "works": False,
        "sentence": "The ICE server provider metered gave nothing: it answered 500.",
        "urls": [],
    }
    rented.clock.advance(60)
    host.answers = {CREDENTIAL: (200, "<html>")}
    await ann.post("admin/ice-servers/check", json={})
    assert (await ann.get("admin/ice-servers")).json() == {
        "provider": "metered",
        "failing": {
            "since": "2026-01-01T00:00:00.000Z",
            "reason": "its answer is not the list of servers it is known for",
        },
    }
    host.answers = {CREDENTIAL: (200, '{"apiKey": "k"}'), LIST: (200, RELAY)}
    found = await ann.post("admin/ice-servers/check", json={})
    assert (await ann.get("admin/ice-servers")).json()["failing"] is None
    assert not found.json()["works"]  # there is a list, and no relay where it says
    [url] = found.json()["urls"]
    assert (url["url"], url["outcome"]) == ("turn:127.0.0.1:1?transport=tcp", "unreachable")
    assert not any(word in found.text for word in (SECRET, "hidden"))
