"""The server dies, in the middle of a call or of nothing, and comes back: nobody hears or sees a difference."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.proxy import CuttableProxy
from tests.browser.server_process import PASSWORD, ServerProcess
from tests.browser.test_voice import People, in_a_call

LONGEST_GAP_MS = 1000 if os.environ.get("CI") else 500
"""Machines of a CI are shared; on one's own the sound is to stand still for no more than half a second."""


def participant_ids(person) -> list[str]:
    """The ids of the participants one sees, in a stable order."""
    return sorted(person.participants().evaluate_all("items => items.map(item => item.dataset.participantId)"))


@pytest.mark.alone
@pytest.mark.parametrize("reversed_return", [False, True])
def test_a_call_of_three_survives_the_death_of_the_server(
    people: People, server: ServerProcess, *, reversed_return: bool
) -> None:
    three = in_a_call(people, 3)
    before = participant_ids(three[0])
    for person in three:
        person.observed("watchGaps")
    with three[0].talking():
        server.kill()
        for person in three:
            person.expect_bar("reconnecting")
        server.start()
        order = list(reversed(three)) if reversed_return else three
        for person in order:
            person.expect_bar("connected", "Lounge", seconds=10)
            expect(person.participants()).to_have_count(3)
        assert three[1].hears()
    gaps = [person.observed("stopWatching") for person in three]
    assert 0 < max(gaps) <= LONGEST_GAP_MS, gaps
    for person in three:
        assert participant_ids(person) == before


@pytest.fixture
def proxy(server: ServerProcess) -> Iterator[CuttableProxy]:
    """A way to the server on which the test says when one may come back."""
    made = CuttableProxy(server.port)
    yield made
    made.close()


def member(person: Person, user_name: str) -> Locator:
    """Somebody in the list of members one sees."""
    return person.page.get_by_role("complementary", name="Members").get_by_title(f"@{user_name}", exact=True)


def test_nobody_is_shown_as_gone_before_everybody_could_come_back(
    browser: Browser, people: People, server: ServerProcess, proxy: CuttableProxy
) -> None:
    (ann,) = people(1)
    contexts = [open_context(browser), open_context(browser)]
    _, cleo = (
        Person(context, proxy.url, name).log_in() for context, name in zip(contexts, ("ben", "cleo"), strict=True)
    )
    for name in ("ann", "ben", "cleo"):
        expect(member(ann, name)).to_have_attribute("data-presence", "online")
    assert sorted(ann.observed("watchPresence")) == ["@ann", "@ben", "@cleo"]
    server.kill()
    proxy.cut()  # neither ben nor cleo is back when ann is
    cleo.page.close()  # and cleo never will be
    server.start()
    ann.expect_frame("resumed", seconds=20)
    expect(member(ann, "ben")).to_have_attribute("data-presence", "online")
    proxy.mend()
    ann.expect_frame("presence.settled", seconds=30)
    expect(member(ann, "cleo")).to_have_attribute("data-presence", "offline")
    expect(member(ann, "ben")).to_have_attribute("data-presence", "online")
    assert ann.observed("stopWatchingPresence") == {"@cleo": True}
    for context in contexts:
        context.close()


def test_what_nobody_can_know_is_not_shown_as_known(people: People, server: ServerProcess) -> None:
    (ann,) = people(1)
    ann.join_voice().expect_bar("connected")
    members = ann.page.get_by_role("complementary", name="Members")
    call = ann.page.get_by_role("button", name="Lounge", exact=True)
    expect(call).to_have_attribute("data-state", "connected")
    expect(members.get_by_role("list", name="Online", exact=True).get_by_role("listitem")).to_have_count(1)
    server.kill()
    expect(members.get_by_role("list", name="Online before").get_by_role("listitem")).to_have_count(1, timeout=20_000)
    expect(members.locator(".presence.online")).to_have_count(0)
    expect(call).to_have_attribute("data-state", "reconnecting")
    server.start()
    expect(members.get_by_role("list", name="Online", exact=True).get_by_role("listitem")).to_have_count(
        1, timeout=20_000
    )
    expect(members.locator(".presence.online")).to_have_count(1)
    expect(call).to_have_attribute("data-state", "connected", timeout=20_000)


def test_what_was_said_of_a_dead_server_is_not_said_of_a_living_one(people: People, server: ServerProcess) -> None:
    ann, ben = people(2)
    ben.page.get_by_role("button", name="ben", exact=True).click()
    ben.page.get_by_role("menuitem", name="Log out").click()
    ben.page.get_by_role("textbox", name="User name or e-mail").fill("ben")
    ben.page.get_by_role("textbox", name="Password").fill(PASSWORD)
    server.kill()
    ben.page.get_by_role("button", name="Log in").click()
    expect(ben.page.get_by_role("alert")).to_have_text("The server cannot be reached.")
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Log out").click()
    refused = ann.page.get_by_text("You are still logged in. The server cannot be reached.")
    expect(refused).to_be_visible()
    server.start()
    expect(refused).to_have_count(0, timeout=20_000)
    expect(ben.page.get_by_role("alert")).to_have_text("", timeout=20_000)
    ben.page.get_by_role("button", name="Log in").click()
    expect(ben.page.get_by_role("navigation", name="Text channels")).to_be_visible()
