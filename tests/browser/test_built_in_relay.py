"""Calls through the relay that is built in: when nothing else is allowed, when it is killed, and not when they can do without."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import expect

from tests.browser.fixtures import Calling, Serving
from tests.browser.person import Person
from tests.browser.processes import children_of

RELAY_BACK_TRIES = 5
RELAY_ONLY = {"CROMULENT_TURN_PROVIDER": "built-in", "CROMULENT_ICE_TRANSPORT_POLICY": "relay"}
BUILT_IN = {"CROMULENT_TURN_PROVIDER": "built-in"}


def expect_path(person: Person, other: str, path: str) -> None:
    expect(person.participants().filter(has_text=other)).to_have_attribute("data-path", path)


def test_a_relay_only_call_sounds_and_outlives_its_relay(serving: Serving, calling: Calling) -> None:
    server = serving(RELAY_ONLY)
    ann, ben = calling(server)
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_bar("connected", "Lounge")
        expect_path(person, other, "relay")
        assert person.own_candidate_types() == {"relay"}
    with ann.talking():
        assert ben.hears()
    assert ben.hears_nothing()  # so what is heard later has come through another relay
    [relay] = children_of(server.pid, "cromulent.relay")
    os.kill(relay, signal.SIGKILL)
    with ann.talking():
        assert any(ben.hears() for _ in range(RELAY_BACK_TRIES))
    assert relay not in children_of(server.pid, "cromulent.relay")


def test_a_call_that_can_do_without_the_relay_does(serving: Serving, calling: Calling) -> None:
    ann, ben = calling(serving(BUILT_IN))
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_bar("connected", "Lounge")
        person.wait_for("window.__observed.mayUseRelay()")
        expect_path(person, other, "direct")
    with ann.talking():
        assert ben.hears()
