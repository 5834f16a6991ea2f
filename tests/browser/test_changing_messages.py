"""Editing, deleting, spoilers, links to messages and the line above what is new, by pointer and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

People = Callable[[int], list[Person]]


def text_of(article: Locator) -> Locator:
    """Where a message's text stands."""
    return article.locator("[data-part=text]")


def test_an_edit_by_keyboard_alone_reaches_everybody_with_its_mark(people: People) -> None:
    ann, ben = people(2)
    ann.say("first")
    ann.say("secnd")
    expect(ben.messages).to_have_count(2)
    ann.composer.press("ArrowUp")
    field = ann.page.get_by_role("textbox", name="Edited text")
    expect(field).to_be_focused()
    field.fill("never mind")
    field.press("Escape")
    expect(text_of(ann.messages.last)).to_have_text("secnd")
    expect(ann.composer).to_be_focused()
    ann.composer.press("ArrowUp")
    field.fill("**second**")
    field.press("Enter")
    for person in (ann, ben):
        expect(text_of(person.messages.last)).to_have_text("second")
        expect(person.messages.last.locator("strong")).to_have_count(1)
        expect(person.messages.last).to_contain_text(re.compile(r"\(edited Today \d"))
        expect(person.messages.first).not_to_contain_text("edited")
    expect(ann.composer).to_be_focused()
    edit = ann.messages.last.get_by_role("button", name="Edit message")
    tools = edit.locator("..")
    expect(tools).to_have_css("border-top-color", "rgba(0, 0, 0, 0)")  # seen by pointing at it or reaching it only
    expect(edit.locator("svg")).to_be_hidden()
    ann.messages.last.hover()
    expect(edit.locator("svg")).to_be_visible()


def test_an_edit_that_cannot_be_saved_keeps_what_was_typed(people: People, server: ServerProcess) -> None:
    (ann,) = people(1)
    ann.say("before")
    expect(ann.messages).to_have_count(1)
    ann.messages.first.hover()
    ann.messages.first.get_by_role("button", name="Edit message").click()
    field = ann.page.get_by_role("textbox", name="Edited text")
    field.fill("half a thought")
    server.kill()
    field.press("Enter")
    expect(ann.messages.first.get_by_role("alert")).to_contain_text("Not saved.", timeout=20_000)
    expect(field).to_have_value("half a thought")
    server.start()
    field.press("Enter")
    expect(text_of(ann.messages.first)).to_have_text("half a thought", timeout=20_000)
    expect(field).to_have_count(0)


def test_a_message_is_deleted_after_a_question_and_leaves_a_tombstone(people: People) -> None:
    ann, ben = people(2)
    ben.say("from ben")
    ann.say("from ann")
    expect(ben.messages).to_have_count(2)
    ann.messages.first.hover()
    ann.messages.first.get_by_role("button", name="Delete message").click()
    question = ann.page.get_by_role("dialog", name="Delete this message?")
    expect(question).to_contain_text("from ben")
    ann.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(text_of(ann.messages.first)).to_have_text("from ben")
    ann.messages.first.hover()
    ann.messages.first.get_by_role("button", name="Delete message").click()
    question.get_by_role("button", name="Delete").click()
    for person in (ann, ben):
        expect(text_of(person.messages.first)).to_have_text("This message was deleted.")
        expect(text_of(person.messages.last)).to_have_text("from ann")
    ann.page.reload()
    expect(text_of(ann.messages.first)).to_have_text("This message was deleted.")
    expect(ann.messages.first.get_by_role("button", name="Delete message")).to_have_count(0)


def test_the_buttons_of_a_message_are_reached_by_arrow_keys_and_tab(people: People) -> None:
    (ann,) = people(1)
    for text in ("one", "two", "three"):
        ann.say(text)
    expect(ann.messages).to_have_count(3)
    ann.page.get_by_role("region", name="Messages in general").focus()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.messages.nth(2)).to_be_focused()
    ann.page.keyboard.press("ArrowUp")
    expect(ann.messages.nth(1)).to_be_focused()
    ann.page.keyboard.press("Tab")
    edit = ann.messages.nth(1).get_by_role("button", name="Edit message")
    expect(edit).to_be_focused()
    ann.page.keyboard.press("Enter")
    field = ann.page.get_by_role("textbox", name="Edited text")
    expect(field).to_have_value("two")
    field.fill("")
    field.press("Enter")
    expect(ann.page.get_by_role("dialog", name="Delete this message?")).to_be_visible()
    ann.page.keyboard.press("Enter")
    expect(text_of(ann.messages.nth(1))).to_have_text("This message was deleted.")


def test_two_tabs_that_edit_the_same_message_agree(people: People) -> None:
    (ann,) = people(1)
    ann.say("start")
    expect(ann.messages).to_have_count(1)
    tab = ann.another_tab()
    expect(tab.messages).to_have_count(1)
    for person, text in ((ann, "from one"), (tab, "from the other")):
        person.composer.press("ArrowUp")
        person.page.get_by_role("textbox", name="Edited text").fill(text)
    ann.page.keyboard.press("Enter")
    expect(text_of(ann.messages.first)).to_have_text("from one")
    tab.page.keyboard.press("Enter")
    for person in (ann, tab):
        expect(text_of(person.messages.first)).to_have_text("from the other")


def test_a_spoiler_is_neither_seen_nor_read_out_before_it_is_opened(people: People) -> None:
    ann, ben = people(2)
    ann.say("it was ||the *butler*|| who did it")
    article = ben.messages.first
    spoiler = article.get_by_role("button", name="Show spoiler")
    expect(spoiler).to_be_visible()
    expect(article.locator("em")).to_be_hidden()
    assert "butler" not in ben.page.locator("body").aria_snapshot()
    assert "butler" not in article.inner_text()
    spoiler.press("Enter")
    expect(article.locator("em")).to_be_visible()
    assert "butler" in ben.page.locator("body").aria_snapshot()
    ann.messages.first.get_by_role("button", name="Show spoiler").click()
    expect(ann.messages.first.locator("em")).to_be_visible()


def test_tables_and_headings_are_shown(people: People) -> None:
    (ann,) = people(1)
    ann.composer.fill("## Who\n\n| name | age |\n|:--|--:|\n| Ann | 7 |")
    ann.composer.press("Enter")
    article = ann.messages.first
    expect(article.get_by_role("heading", name="Who")).to_be_visible()
    expect(article.get_by_role("cell", name="7")).to_have_css("text-align", "right")


def test_a_link_to_a_message_leads_to_it_wherever_it_is(people: People, server: ServerProcess) -> None:
    ann, ben = people(2)
    for number in range(8):
        ann.say("\n".join(f"line {number}.{line}" for line in range(20)))
    expect(ben.messages).to_have_count(8)
    first = ben.messages.first
    ben.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first.hover()
    first.get_by_role("button", name="Copy link to message").click()
    expect(ben.page.get_by_text("Link copied")).to_have_count(1)
    link = str(ben.page.evaluate("navigator.clipboard.readText()"))
    assert re.fullmatch(rf"{ben.url}/channels/[0-9a-f-]+/\d+", link)
    ann.say(link)
    clicked = ben.messages.get_by_role("link", name=link)
    expect(clicked).to_be_visible()
    ben.page.goto(link)
    expect(ben.messages.first).to_be_focused()
    expect(ben.messages.first).to_have_class(re.compile("target"))
    expect(ben.messages.first).to_be_in_viewport()
    expect(ben.messages.last).not_to_be_in_viewport()
    ben.page.get_by_role("button", name="Jump to present").click()
    expect(clicked).to_be_in_viewport()
    clicked.click()
    expect(ben.messages.first).to_be_focused()
    expect(ben.messages.first).to_be_in_viewport()
    assert len(ben.context.pages) == 1


def test_what_came_while_one_was_elsewhere_has_a_line_above_it(people: People) -> None:
    ann, ben = people(2)
    ann.say("seen")
    expect(ben.messages).to_have_count(1)
    ben.page.get_by_role("button", name="ben", exact=True).first.click()
    ben.page.get_by_role("menuitem", name="Settings").click()
    ann.say("missed one")
    ann.say("missed two")
    expect(ann.messages).to_have_count(3)
    ben.page.get_by_role("link", name="general").click()
    line = ben.page.get_by_role("separator", name="New messages")
    expect(line).to_be_visible()
    expect(ben.page.locator("[data-key]", has=line)).to_contain_text("missed one")
    ann.say("while reading")
    expect(ben.messages).to_have_count(4)
    expect(line).to_have_count(1)
    expect(ann.page.get_by_role("separator", name="New messages")).to_have_count(0)


def test_who_reads_further_up_is_told_of_what_is_new_and_not_moved(people: People) -> None:
    ann, ben = people(2)
    for number in range(8):
        ann.say("\n".join(f"line {number}.{line}" for line in range(20)))
    expect(ben.messages).to_have_count(8)
    region = ben.page.get_by_role("region", name="Messages in general")
    region.hover()
    ben.page.mouse.wheel(0, -700)
    expect(ben.messages.last).not_to_be_in_viewport()
    before = region.evaluate("view => view.scrollTop")
    ann.say("news")
    pill = ben.page.get_by_role("button", name=re.compile(r"^1 new since \d\d:\d\d"))
    expect(pill).to_be_visible()
    assert region.evaluate("view => view.scrollTop") == before
    pill.click()
    expect(ben.messages.filter(has_text="news")).to_be_in_viewport()
    expect(pill).to_have_count(0)


def test_a_name_shows_who_somebody_is(people: People) -> None:
    ann, ben = people(2)
    ben.say("hello")
    ann.messages.first.get_by_role("button", name="ben").click()
    card = ann.page.get_by_role("dialog", name="ben")
    expect(card).to_contain_text("@ben")
    expect(card).to_contain_text("Administrator · Online")
    ann.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    members = ann.page.get_by_role("complementary", name="Members")
    members.get_by_role("button", name="ann").press("Enter")
    card = ann.page.get_by_role("dialog", name="ann")
    expect(card).to_contain_text("Administrator")
    ann.page.keyboard.press("Escape")
    expect(members.get_by_role("button", name="ann")).to_be_focused()
