"""What somebody wrote and could not send: it survives a reload, goes out once and in order, and is given back when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.proxy import CuttableProxy
from tests.browser.server_process import ServerProcess
from tests.browser.test_messages import texts

People = Callable[[int], list[Person]]
RETURN_MS = 20_000


@pytest.fixture
def proxy(server: ServerProcess) -> Iterator[CuttableProxy]:
    """The line between one person and the server."""
    line = CuttableProxy(server.port)
    yield line
    line.close()


@pytest.fixture
def ann(browser: Browser, proxy: CuttableProxy) -> Iterator[Person]:
    """A person whose line can be cut."""
    context = open_context(browser)
    yield Person(context, proxy.url, "ann").log_in()
    context.close()


@pytest.fixture
def ben(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody who reads."""
    context = open_context(browser)
    yield Person(context, server.url, "ben").log_in()
    context.close()


def refuse(person: Person, status: int, code: str) -> None:
    """Every message is refused from now on."""

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        route.fulfill(status=status, json={"code": code, "detail": "Not like that.", "status": status})

    person.page.route("**/api/v1/channels/*/messages", answer)


def test_what_was_written_without_a_connection_survives_the_page_and_arrives_once_in_order(
    ann: Person, ben: Person, proxy: CuttableProxy
) -> None:
    ann.say("before")
    expect(ben.messages).to_have_count(1)
    proxy.cut()
    for text in ("one", "two", "three"):
        ann.say(text)
    expect(ann.messages.get_by_role("button", name="Retry", exact=True)).to_have_count(3, timeout=RETURN_MS)
    ann.page.close()
    proxy.mend()
    again = ann.another_tab()
    expect(ben.messages).to_have_count(4, timeout=RETURN_MS)
    expect(again.page.get_by_role("button", name="Retry", exact=True)).to_have_count(0)
    assert texts(ben) == texts(again) == ["before", "one", "two", "three"]


def test_two_tabs_send_what_both_have_written_once_and_in_order(ann: Person, ben: Person, proxy: CuttableProxy) -> None:
    other = ann.another_tab()
    ann.say("before")
    expect(other.messages).to_have_count(1)
    proxy.cut()
    for tab, text in ((ann, "one"), (other, "two"), (ann, "three"), (other, "four")):
        tab.say(text)
        for each in (ann, other):
            expect(each.messages.filter(has_text=text)).to_be_visible()
    proxy.mend()
    expect(ben.messages).to_have_count(5, timeout=RETURN_MS)
    for tab in (ann, other):
        expect(tab.page.get_by_text("Not sent yet")).to_have_count(0)
        expect(tab.messages).to_have_count(5)
        assert texts(tab) == texts(ben) == ["before", "one", "two", "three", "four"]
    ann.page.close()
    other.say("five")
    expect(ben.messages).to_have_count(6)


def test_a_draft_survives_a_reload_and_ends_with_its_message(ann: Person) -> None:
    ann.composer.press_sequentially("half a sentence")
    ann.page.reload()
    expect(ann.composer).to_have_value("half a sentence")
    ann.composer.press("Enter")
    expect(ann.messages).to_have_count(1)
    ann.page.reload()
    expect(ann.messages).to_have_count(1)
    expect(ann.composer).to_have_value("")


def test_messages_that_may_succeed_later_are_retried_together(ann: Person, ben: Person) -> None:
    refuse(ann, 403, "forbidden")
    ann.say("one")
    ann.say("two")
    expect(ann.messages.get_by_role("button", name="Discard")).to_have_count(2)
    ann.page.unroute_all()
    ann.page.get_by_role("button", name="Retry all").click()
    expect(ben.messages).to_have_count(2)
    assert texts(ben) == ["one", "two"]


def test_a_message_refused_for_what_it_is_comes_back_into_the_composer(ann: Person) -> None:
    refuse(ann, 400, "invalid_text")
    ann.say("badly put")
    failed = ann.messages.filter(has_text="badly put")
    expect(failed.get_by_role("button", name="Retry")).to_have_count(0)
    failed.get_by_role("button", name="Edit").click()
    expect(ann.composer).to_have_value("badly put")
    expect(ann.composer).to_be_focused()
    expect(ann.messages).to_have_count(0)


def test_what_nobody_can_see_cannot_be_sent(ann: Person) -> None:
    send = ann.page.get_by_role("button", name="Send")
    ann.composer.fill("\u200b")
    expect(send).to_be_disabled()
    ann.composer.fill("\u200bx")
    expect(send).to_be_enabled()
