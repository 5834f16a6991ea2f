"""How far one has read follows one: over a reload, to other tabs and devices, and into the list of channels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from cromulent.kernel.ids import new_id
from tests.browser.fixtures import Serving, open_context
from tests.browser.person import Person
from tests.browser.test_voice import People


def general(person: Person) -> Locator:
    """The channel's entry in the sidebar."""
    return person.page.get_by_role("navigation", name="Text channels").get_by_role("link", name="general", exact=True)


def new_line(person: Person) -> Locator:
    """The line above what is new."""
    return person.page.get_by_role("separator", name="New messages")


def look_away(person: Person) -> None:
    """To the settings, where no message is seen."""
    person.page.goto(f"{person.url}/settings")
    expect(person.page.get_by_role("heading", name="Voice and devices")).to_be_visible()


def post(person: Person, *texts: str) -> None:
    """Say things without the page, one after the other."""
    channel_id = person.page.url.rpartition("/")[2]
    with person.api() as api:
        for text in texts:
            answer = api.post(f"channels/{channel_id}/messages", json={"nonce": new_id(), "text": text})
            assert answer.is_success, answer.text


@pytest.fixture
def talkative(browser: Browser, serving: Serving) -> Iterator[list[Person]]:
    """Ann and ben on a server that lets everybody write as fast as they can."""
    server = serving({"CROMULENT_POSTS_PER_10_SECONDS": "0"})
    contexts = [open_context(browser) for _ in range(2)]
    yield [Person(context, server.url, name).log_in() for context, name in zip(contexts, ("ann", "ben"), strict=True)]
    for context in contexts:
        context.close()


def test_what_is_unread_is_marked_everywhere_until_it_is_seen_somewhere(people: People) -> None:
    ann, ben = people(2)
    ann.say("seen by ben")
    expect(ben.messages.filter(has_text="seen by ben")).to_be_visible()
    couch = ben.another_tab()
    expect(new_line(couch)).to_have_count(0)
    for page in (ben, couch):
        look_away(page)
    ann.say("not seen yet")
    for page in (ben, couch):
        expect(general(page)).to_have_accessible_description("Unread messages")
    ben.page.reload()
    expect(general(ben)).to_have_accessible_description("Unread messages")
    general(ben).click()
    expect(ben.messages.filter(has_text="not seen yet")).to_be_visible()
    expect(new_line(ben)).to_be_visible()
    for page in (ben, couch):
        expect(general(page)).to_have_accessible_description("")
    expect(general(ann)).to_have_accessible_description("")


def test_after_a_reload_the_line_stands_where_reading_was_left_off(people: People) -> None:
    ann, ben = people(2)
    ann.say("first")
    expect(ben.messages.filter(has_text="first")).to_be_visible()
    look_away(ben)
    ann.say("second")
    ann.say("third")
    expect(general(ben)).to_have_accessible_description("Unread messages")
    general(ben).click()
    expect(new_line(ben)).to_be_visible()
    marked = ben.page.locator("[data-key]").filter(has=new_line(ben))
    expect(marked).to_contain_text("second")
    expect(general(ben)).to_have_accessible_description("")
    ben.page.reload()
    expect(ben.messages.filter(has_text="third")).to_be_visible()
    expect(new_line(ben)).to_have_count(0)


def test_more_unread_than_a_page_holds_opens_at_the_first_of_it_and_is_not_read_by_that(
    talkative: list[Person],
) -> None:
    ann, ben = talkative
    post(ann, *(f"old {number:03}" for number in range(80)))
    post(ben, "by ben")
    couch = ben.another_tab()
    for page in (ben, couch):
        look_away(page)
    post(ann, *(f"fresh {number:03}" for number in range(120)))
    expect(general(ben)).to_have_accessible_description("Unread messages")
    general(ben).click()
    marked = ben.page.locator("[data-key]").filter(has=new_line(ben))
    expect(marked).to_contain_text("fresh 000")
    expect(new_line(ben)).to_be_in_viewport()
    ben.page.get_by_role("region", name="Messages in general").evaluate("view => view.scrollTo(0, 0)")
    expect(ben.messages.filter(has_text="old 050")).to_be_attached()
    expect(marked).to_contain_text("fresh 000")
    expect(general(couch)).to_have_accessible_description("Unread messages")
    ben.page.get_by_role("button", name="Jump to present").click()
    expect(ben.messages.last).to_contain_text("fresh 119")
    expect(ben.messages.last).to_be_in_viewport()
    expect(new_line(ben)).to_have_count(0)
    expect(general(couch)).to_have_accessible_description("")
