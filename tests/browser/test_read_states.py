"""How far one has read follows one: over a reload, to other tabs and devices, and into the list of channels."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

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
