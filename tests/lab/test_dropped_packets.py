"""A client whose packets vanish: gone from everybody's list in time, back by itself when they flow again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.fixtures import chromium_path, open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import People
from tests.lab.network import SecondHost

pytestmark = pytest.mark.lab
GONE_SECONDS = 20.0


@pytest.fixture
def server(data: Path, second_host: SecondHost) -> Iterator[ServerProcess]:
    """A server both hosts can reach."""
    process = ServerProcess(data, arguments=("--host", "0.0.0.0"))
    process.start()
    yield process
    process.stop()


@pytest.fixture
def ann(
    server: ServerProcess, second_host: SecondHost, launch: Callable[..., Browser], tmp_path: Path
) -> Iterator[Person]:
    """Ann, on the second host."""
    url = f"http://{second_host.gateway}:{server.port}"
    executable = second_host.browser_in_it(tmp_path, chromium_path())
    browser = launch(executable=executable, extra=(f"--unsafely-treat-insecure-origin-as-secure={url}",))
    yield Person(open_context(browser, permissions=["microphone"]), url, "ann").log_in_by_form()
    browser.close()


def test_dropped_packets_are_noticed_and_forgiven(ann: Person, people: People, second_host: SecondHost) -> None:
    _, ben, cleo = people(3)
    for person in (ann, ben, cleo):
        person.join_voice()
    for person in (ann, ben, cleo):
        expect(person.participants()).to_have_count(3)
        person.expect_bar("connected", "Lounge")
    second_host.drop_packets()
    dropped_at = time.monotonic()
    for person in (ben, cleo):
        expect(person.participants()).to_have_count(2, timeout=GONE_SECONDS * 1000)
    assert time.monotonic() - dropped_at <= GONE_SECONDS
    ann.expect_bar("reconnecting")
    for person in (ben, cleo):
        person.expect_bar("connected", "Lounge")
    second_host.let_packets_flow()
    for person in (ann, ben, cleo):
        expect(person.participants()).to_have_count(3, timeout=30_000)
        person.expect_bar("connected", "Lounge", seconds=30)
    with ann.talking():
        assert ben.hears()
    with cleo.talking():
        assert ann.hears()
