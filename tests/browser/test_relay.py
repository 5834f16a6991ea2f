"""Calls that may use nothing but a relay: through a real coturn, with a wrong secret, and into the void."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Calling, Serving
from tests.voice.coturn import Coturn, running_coturn

AUTH_NAMED_SECONDS = 3.0
UNREACHABLE_NAMED_SECONDS = 15.0
RELAY_BACK_SECONDS = 8.0
RELAY_ONLY = {"CROMULENT_ICE_TRANSPORT_POLICY": "relay"}


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Coturn]:
    """A relay of this test's own."""
    with running_coturn(tmp_path / "coturn") as running:
        yield running


def test_a_relay_only_call_goes_through_the_relay_and_nowhere_else(
    serving: Serving, calling: Calling, relay: Coturn
) -> None:
    ann, ben = calling(serving(RELAY_ONLY | relay.environment))
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_bar("connected", "Lounge")
        expect(person.participants().filter(has_text=other)).to_have_attribute("data-path", "relay")
        assert person.own_candidate_types() == {"relay"}
    with ann.talking():
        assert ben.hears()


def test_a_wrong_secret_is_named_at_once(serving: Serving, calling: Calling, relay: Coturn) -> None:
    two = calling(serving({**RELAY_ONLY, **relay.environment, "CROMULENT_TURN_SECRET": "not the relay's secret"}))
    for person in two:
        reason = person.bar.locator("[data-reason]")
        expect(reason).to_have_attribute("data-reason", "relay_auth", timeout=AUTH_NAMED_SECONDS * 1000)
        person.expect_bar_is_not("connected")


def test_an_unreachable_relay_is_named_and_the_bar_is_not_yellow_without_a_word(
    serving: Serving, calling: Calling
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as void:
        void.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{void.getsockname()[1]}?transport=udp"
        unreachable = {
            "CROMULENT_TURN_PROVIDER": "coturn",
            "CROMULENT_TURN_URL": url,
            "CROMULENT_TURN_SECRET": "whatever",
        }
        two = calling(serving(RELAY_ONLY | unreachable))
        for person in two:
            reason = person.bar.locator("[data-reason]")
            expect(reason).to_have_attribute(
                "data-reason", "relay_unreachable", timeout=UNREACHABLE_NAMED_SECONDS * 1000
            )


def test_a_relay_that_dies_and_returns_carries_the_sound_again(
    serving: Serving, calling: Calling, relay: Coturn
) -> None:
    ann, ben = calling(serving(RELAY_ONLY | relay.environment))
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge")
    relay.kill()
    ben.expect_bar("reconnecting")
    relay.start()
    for person in (ann, ben):
        person.expect_bar("connected", "Lounge", seconds=RELAY_BACK_SECONDS)
    with ann.talking():
        assert ben.hears()
