"""Another password closes the sockets opened with the token of before: the page comes back by itself, and its call never notices."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.server_process import PASSWORD

People = Callable[[int], list[Person]]


def test_who_changes_the_password_in_a_call_stays_in_it_and_comes_back_with_the_new_token(people: People) -> None:
    ann, ben = people(2)
    for person in (ann, ben):
        person.join_voice().expect_bar("connected", "Lounge")
    tab = ann.another_tab()
    settings = tab.page
    settings.goto(f"{ann.url}/settings")
    settings.get_by_role("textbox", name="Current password").fill(PASSWORD)
    settings.get_by_role("textbox", name="New password").fill("staple battery horse")
    settings.get_by_role("button", name="Change password").click()
    expect(settings.get_by_text("Your password is changed.")).to_be_visible()
    for page in (ann, tab):
        page.expect_frame("resumed", seconds=30)
    ann.expect_bar("connected", "Lounge")
    for person in (ann, ben):
        expect(person.participants()).to_have_count(2)
    with ann.talking():
        assert ben.hears()
    ben.say("still there?")
    expect(ann.messages.filter(has_text="still there?")).to_be_visible()
