"""Writing to each other through two browsers."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

People = Callable[[int], list[Person]]

ACKNOWLEDGED = ".prose:not(.plain)"
"""The text as the server has rendered it takes the place of the one that was typed."""


def texts(person: Person) -> list[str]:
    """The texts of the messages in view, in order."""
    return [text.strip() for text in person.page.locator("article .prose").all_inner_texts()]


def test_messages_go_both_ways_in_one_order(people: People) -> None:
    ann, ben = people(2)
    for number in range(5):
        ann.say(f"from ann {number}")
        ben.say(f"from ben {number}")
    for person in (ann, ben):
        expect(person.messages).to_have_count(10)
    assert texts(ann) == texts(ben)
    assert [text for text in texts(ann) if "ann" in text] == [f"from ann {number}" for number in range(5)]


def test_markdown_is_shown_and_raw_html_is_text(people: People) -> None:
    ann, ben = people(2)
    ann.say("**bold** and `code` and <img src=x onerror=alert(1)>")
    article = ben.messages.first
    expect(article.locator("strong")).to_have_text("bold")
    expect(article.locator("code")).to_have_text("code")
    expect(article.locator("img")).to_have_count(0)
    expect(article).to_contain_text("<img src=x onerror=alert(1)>")


def test_what_is_written_while_the_server_is_gone_keeps_its_text_and_arrives_once_by_itself(
    people: People, server: ServerProcess
) -> None:
    ann, ben = people(2)
    ann.say("before")
    expect(ben.messages).to_have_count(1)
    server.kill()
    ann.say("meanwhile")
    failed = ann.messages.filter(has_text="meanwhile")
    expect(failed.get_by_role("button", name="Retry")).to_be_visible(timeout=20_000)
    expect(failed.get_by_role("button", name="Discard")).to_be_visible()
    server.start()
    expect(ben.messages).to_have_count(2, timeout=20_000)
    expect(ann.messages).to_have_count(2)
    assert texts(ann) == texts(ben) == ["before", "meanwhile"]


def test_typing_is_shown_to_the_other_and_ends_with_the_message(people: People) -> None:
    ann, ben = people(2)
    there = ann.page.get_by_role("complementary", name="Members").get_by_role("listitem").filter(has_text="ben")
    expect(there).to_have_attribute("data-presence", "online")  # who is not there yet is not told of a moment
    ann.composer.press_sequentially("thinking")
    line = ben.page.get_by_text("ann is typing...")
    expect(line).to_be_visible()
    ann.composer.press("Enter")
    expect(line).to_be_hidden()


def test_presence_shows_who_is_there(people: People) -> None:
    ann, ben = people(2)
    members = ann.page.get_by_role("complementary", name="Members")
    online = members.get_by_role("listitem").filter(has_text="ben")
    expect(online).to_have_attribute("data-presence", "online")
    ben.page.close()
    expect(online).to_have_attribute("data-presence", "offline", timeout=25_000)


def test_stacked_marks_do_not_paint_over_the_neighbours(people: People) -> None:
    ann = people(1)[0]
    ann.say("above")
    above = ann.messages.filter(has_text="above").locator(ACKNOWLEDGED)
    expect(above).to_be_visible()
    ann.composer.focus()
    before = above.screenshot()
    ann.say("a" + "\u030a" * 40)
    expect(ann.messages).to_have_count(2)
    expect(ann.messages.last.locator(ACKNOWLEDGED)).to_be_visible()
    assert above.screenshot() == before


def test_a_spoiler_is_hidden_until_it_is_asked_for(people: People) -> None:
    ann, ben = people(2)
    ann.say("the end: ||everybody|| and ||nobody||")
    spoilers = ben.messages.get_by_role("button", name="Show spoiler")
    expect(spoilers).to_have_count(2)
    expect(ben.page.get_by_text("everybody")).to_be_hidden()
    spoilers.first.click()
    expect(ben.page.get_by_text("everybody")).to_be_visible()
    expect(ben.page.get_by_text("nobody")).to_be_hidden()
    spoilers.first.press("Enter")
    expect(ben.page.get_by_text("nobody")).to_be_visible()
    expect(spoilers).to_have_count(0)
    ann.say("||a|b|| is not read out")
    announcer = ben.page.locator("[aria-live=polite]")
    expect(announcer.filter(has_text="(spoiler) is not read out")).to_have_count(1)
