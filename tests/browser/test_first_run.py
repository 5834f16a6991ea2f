"""The first minutes: the set-up link, logging in and out, the demonstration, the list of one's devices."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.fixtures import SOURCE_URL, open_context
from tests.browser.person import Person
from tests.browser.server_process import PASSWORD, ServerProcess
from tests.browser.test_voice import People


def test_the_set_up_link_makes_the_first_administrator_once(
    browser: Browser, empty_server: ServerProcess, page: Page
) -> None:
    link = empty_server.setup_link().replace("127.0.0.1", "localhost")
    context = open_context(browser)
    late, later = context.new_page(), context.new_page()
    late.goto(link)
    late.get_by_role("textbox", name="User name").fill("too-late")
    late.get_by_role("textbox", name="Password").fill(PASSWORD)

    page.goto(link)
    page.get_by_role("textbox", name="User name").fill("zoe")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_role("navigation", name="Text channels").get_by_role("link", name="general")).to_be_visible()
    assert "#" not in page.url, "the secret must not stay in the address"

    late.get_by_role("button", name="Create administrator").click()
    expect(late.get_by_role("alert")).to_be_visible()
    expect(late.get_by_role("textbox", name="User name")).to_have_value("too-late")

    later.goto(link)
    expect(later.get_by_role("heading", name="is set up already")).to_be_visible()
    expect(later.get_by_role("textbox")).to_have_count(0)
    later.get_by_role("link", name="Go to the log-in page").click()
    expect(later.get_by_role("button", name="Log in")).to_be_visible()
    expect(later.get_by_role("link", name="Source")).to_have_attribute("href", SOURCE_URL)
    context.close()


def test_a_wrong_password_is_told_and_what_was_typed_stays(people: People, server: ServerProcess, page: Page) -> None:
    page.goto(f"{server.url}/login")
    name = page.get_by_role("textbox", name="User name or e-mail")
    name.fill("ann")
    page.get_by_role("textbox", name="Password").fill("not the password at all")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(name).to_have_value("ann")


def test_logging_out_ends_the_session_and_its_other_tabs(people: People) -> None:
    ann = people(1)[0]
    other = ann.another_tab()
    ann.page.get_by_role("button", name=re.compile("^ann")).and_(ann.page.locator("[aria-haspopup=menu]")).click()
    ann.page.get_by_role("menuitem", name="Log out").click()
    for tab in (ann, other):
        expect(tab.page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_device_ended_from_another_is_out_at_once(browser: Browser, people: People, server: ServerProcess) -> None:
    ann = people(1)[0]
    context = open_context(browser)
    elsewhere = Person(context, server.url, "ann").log_in()
    ann.page.goto(f"{server.url}/settings")
    ann.page.get_by_role("button", name=re.compile("^End")).first.click()
    expect(elsewhere.page.get_by_role("button", name="Log in")).to_be_visible(timeout=5_000)
    expect(ann.page.get_by_role("button", name=re.compile("^End"))).to_have_count(0)
    context.close()


def test_the_demonstration_is_two_links_and_a_call(browser: Browser, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", arguments=("--demo",))
    server.start()
    contexts = []
    try:
        links = server.sign_in_links()
        assert len(links) == 2
        for link in links:
            context = browser.new_context(permissions=["microphone"])
            contexts.append(context)
            page = context.new_page()
            page.goto(link)
            lounge = page.get_by_role("navigation", name="Voice channels").get_by_role(
                "button", name="Lounge", exact=True
            )
            lounge.click()
        for context in contexts:
            bar = context.pages[0].get_by_role("region", name="Voice", exact=True)
            expect(bar.get_by_role("status")).to_have_attribute("data-state", "connected", timeout=15_000)
            expect(context.pages[0].get_by_role("list", name="In Lounge").get_by_role("listitem")).to_have_count(2)
    finally:
        for context in contexts:
            context.close()
        server.stop()
