"""Losing the server for a while is not losing each other."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.proxy import CuttableProxy
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import People

CUT_SECONDS = 8.0
LONGEST_GAP_MS = 1000


@pytest.fixture
def proxy(server: ServerProcess) -> Iterator[CuttableProxy]:
    """A line to the server that can be cut."""
    made = CuttableProxy(server.port)
    yield made
    made.close()


@pytest.mark.alone
def test_a_socket_cut_for_eight_seconds_stops_no_sound_and_nobody_sees_a_leave(
    browser: Browser, people: People, proxy: CuttableProxy
) -> None:
    ben = people(2)[1]
    context = open_context(browser, permissions=["microphone"])
    ann = Person(context, proxy.url, "ann").log_in()
    for person in (ann, ben):
        person.join_voice()
    for person in (ann, ben):
        expect(person.participants()).to_have_count(2)
        person.expect_bar("connected")
    ben.page.evaluate("window.__observed.watchFewest('Lounge')")
    ben.observed("watchGaps")
    with ann.talking():
        proxy.cut()
        ann.expect_bar("reconnecting")
        heard = ben.heard_energy(CUT_SECONDS)
        proxy.mend()
        ann.expect_bar("connected", "Lounge")
    assert heard > 0.01
    assert ben.observed("stopWatching") <= LONGEST_GAP_MS
    assert ben.observed("fewest") == 2
    ben.expect_bar("connected", "Lounge")


def test_the_page_says_so_when_there_is_no_connection_and_catches_up_by_itself(
    browser: Browser, people: People, proxy: CuttableProxy
) -> None:
    ben = people(2)[1]
    context = open_context(browser)
    ann = Person(context, proxy.url, "ann").log_in()
    ben.say("one")
    expect(ann.messages).to_have_count(1)
    proxy.cut()
    strip = ann.page.get_by_role("button", name="Retry now")
    expect(strip).to_be_visible(timeout=10_000)
    ben.say("two")
    ben.say("three")
    expect(ben.messages).to_have_count(3)
    started = time.monotonic()
    proxy.mend()
    expect(ann.messages).to_have_count(3)
    expect(strip).to_be_hidden()
    assert time.monotonic() - started < 10
    context.close()
