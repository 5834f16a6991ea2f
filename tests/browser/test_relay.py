"""Calls that may use nothing but a relay: through a real coturn, with a wrong secret, and into the void."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.voice.coturn import Coturn, running_coturn

AUTH_NAMED_SECONDS = 3.0
UNREACHABLE_NAMED_SECONDS = 15.0
RELAY_BACK_SECONDS = 8.0
RELAY_ONLY = {"CROMULENT_ICE_TRANSPORT_POLICY": "relay"}
Calling = Callable[[dict[str, str]], list[Person]]


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Coturn]:
    """A relay of this test's own."""
    with running_coturn(tmp_path / "coturn") as running:
        yield running


@pytest.fixture
def calling(browser: Browser, data: Path) -> Iterator[Calling]:
    """`calling(environment)`: ann and ben in Lounge, on a server with such an environment."""
    with ExitStack() as held:

        def call(environment: dict[str, str]) -> list[Person]:
            server = ServerProcess(data, environment={**RELAY_ONLY, **environment})
            server.start()
            held.callback(server.stop)
            two = []
            for name in ("ann", "ben"):
                context = browser.new_context(permissions=["microphone"])
                held.callback(context.close)
                two.append(Person(context, server.url, name).log_in())
            for person in two:
                person.join_voice()
            expect(two[0].participants()).to_have_count(2)
            return two

        yield call


def test_a_relay_only_call_goes_through_the_relay_and_nowhere_else(calling: Calling, relay: Coturn) -> None:
    ann, ben = calling(relay.environment)
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_bar("connected", "Lounge")
        expect(person.participants().filter(has_text=other)).to_have_attribute("data-path", "relay")
        assert set(person.observed("candidateTypes")) == {"relay"}
    with ann.talking():
        assert ben.hears()


def test_a_wrong_secret_is_named_at_once(calling: Calling, relay: Coturn) -> None:
    two = calling({**relay.environment, "CROMULENT_TURN_SECRET": "not the relay's secret"})
    for person in two:
        reason = person.bar.locator("[data-reason]")
        expect(reason).to_have_attribute("data-reason", "relay_auth", timeout=AUTH_NAMED_SECONDS * 1000)
        person.expect_bar_is_not("connected")


def test_an_unreachable_relay_is_named_and_the_bar_is_not_yellow_without_a_word(calling: Calling) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as void:
        void.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{void.getsockname()[1]}?transport=udp"
        two = calling(
            {"CROMULENT_TURN_PROVIDER": "coturn", "CROMULENT_TURN_URL": url, "CROMULENT_TURN_SECRET": "whatever"}
        )
        for person in two:
            reason = person.bar.locator("[data-reason]")
            expect(reason).to_have_attribute(
                "data-reason", "relay_unreachable", timeout=UNREACHABLE_NAMED_SECONDS * 1000
            )


def test_a_relay_that_dies_and_returns_carries_the_sound_again(calling: Calling, relay: Coturn) -> None:
    ann, ben = calling(relay.environment)
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    relay.kill()
    ben.expect_bar("reconnecting")
    relay.start()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge", seconds=RELAY_BACK_SECONDS)
    with ann.talking():
        assert ben.hears()
