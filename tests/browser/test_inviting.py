"""From the set-up link to a second person by invite; forgotten passwords, disabled users, switches: what administrators do in the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.fixtures import open_context
from tests.browser.server_process import PASSWORD, ServerProcess

NEW_PASSWORD = "staple battery horse"
DISABLED = "Your account was disabled. Ask whoever runs this instance."


@pytest.fixture
def visitors(browser: Browser) -> Iterator[list[Page]]:
    """Pages of three browsers that know nothing of each other."""
    contexts = [open_context(browser) for _ in range(3)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def fill_account(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_role("textbox", name="User name").fill(name)
    page.get_by_role("textbox", name="Password").fill(password)


def become_administrator(page: Page, server: ServerProcess, name: str = "zoe") -> None:
    page.goto(server.setup_link())
    fill_account(page, name)
    page.get_by_role("button", name="Create administrator").click()
    expect(page.get_by_role("navigation", name="Text channels").get_by_role("link", name="general")).to_be_visible()


def quick_invite(page: Page) -> str:
    """The link the sidebar's button brings."""
    page.get_by_role("button", name="Create invite").click()
    field = page.get_by_role("textbox", name="Invite link")
    expect(field).to_be_visible()
    link = field.input_value()
    page.get_by_role("button", name="Done").click()
    expect(field).to_have_count(0)
    return link


def register(page: Page, link: str, name: str) -> None:
    page.goto(link)
    fill_account(page, name)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("navigation", name="Text channels").get_by_role("link", name="general")).to_be_visible()


def user_menu(page: Page, user: str) -> Locator:
    """The button with the name of who is at a page."""
    return page.get_by_role("button", name=user, exact=True).and_(page.locator("[aria-haspopup=menu]"))


def administration(page: Page, tab: str, user: str = "zoe") -> None:
    user_menu(page, user).click()
    page.get_by_role("menuitem", name="Administration").click()
    page.get_by_role("navigation", name="Administration").get_by_role("link", name=tab).click()


def test_from_the_set_up_link_to_two_people_who_see_each_other(
    empty_server: ServerProcess, visitors: list[Page]
) -> None:
    zoe, yan, _ = visitors
    become_administrator(zoe, empty_server)
    link = quick_invite(zoe)
    yan.goto(link)
    fill_account(yan, "ZOE")
    yan.get_by_role("button", name="Create account").click()
    expect(yan.get_by_role("alert")).to_have_text("This user name is taken.")
    expect(yan.get_by_role("textbox", name="User name")).to_have_value("ZOE")
    expect(yan.get_by_role("textbox", name="Password")).to_have_value(PASSWORD)
    yan.get_by_role("textbox", name="User name").fill("yan")
    yan.get_by_role("button", name="Create account").click()
    expect(yan.get_by_role("region", name="Messages in general")).to_be_visible()
    assert "#" not in yan.url, "the secret must not stay in the address"

    for page, other in ((zoe, "yan"), (yan, "zoe")):
        expect(page.get_by_role("complementary", name="Members").get_by_text(other)).to_be_visible()
    for page, text in ((zoe, "welcome"), (yan, "thank you")):
        page.get_by_role("textbox", name="Message #general").fill(text)
        page.get_by_role("textbox", name="Message #general").press("Enter")
    for page in (zoe, yan):
        for text in ("welcome", "thank you"):
            expect(page.get_by_role("article").filter(has_text=text)).to_be_visible()
    expect(yan.get_by_role("button", name="Create invite")).to_have_count(0)


def test_a_link_that_is_over_says_so_before_anybody_has_filled_anything_in(
    empty_server: ServerProcess, visitors: list[Page]
) -> None:
    zoe, yan, xia = visitors
    become_administrator(zoe, empty_server)
    administration(zoe, "Invites")
    zoe.get_by_role("combobox", name="Good for how many").select_option(label="1 person")
    zoe.get_by_role("button", name="Create link").click()
    link = zoe.get_by_role("textbox", name="Invite link").input_value()
    register(yan, link, "yan")
    xia.goto(link)
    expect(xia.get_by_text("This link is not valid, or not any more.")).to_be_visible()
    expect(xia.get_by_role("textbox")).to_have_count(0)

    zoe.reload()
    invites = zoe.get_by_role("list", name="Invites so far").get_by_role("listitem")
    expect(invites.filter(has_text="1 of 1 came · used up")).to_be_visible()
    zoe.get_by_text("Who came").click()
    expect(zoe.get_by_role("list", name="Who came").get_by_role("listitem")).to_contain_text("@yan")


def test_a_forgotten_password_and_a_user_who_is_shown_the_door(
    empty_server: ServerProcess, visitors: list[Page]
) -> None:
    zoe, yan, another = visitors
    become_administrator(zoe, empty_server)
    register(yan, quick_invite(zoe), "yan")
    administration(zoe, "Users")
    zoe.get_by_role("button", name="Reset link yan").click()
    link = zoe.get_by_role("textbox", name="Reset link for yan").input_value()
    another.goto(link)
    another.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    another.get_by_role("button", name="Set password").click()
    expect(another.get_by_role("region", name="Messages in general")).to_be_visible()
    expect(yan.get_by_role("button", name="Log in")).to_be_visible()

    disable = zoe.get_by_role("button", name="Disable yan", exact=True)
    disable.click()
    expect(zoe.get_by_role("group")).to_contain_text("yan is logged out everywhere at once")
    zoe.get_by_role("button", name="Leave as it is").click()
    expect(disable).to_be_focused()
    expect(another.get_by_role("region", name="Messages in general")).to_be_visible()
    disable.click()
    zoe.get_by_role("button", name="Disable yan now").click()
    expect(another.get_by_role("button", name="Log in")).to_be_visible()
    expect(another.get_by_role("alert").first).to_have_text(DISABLED)
    yan.get_by_role("textbox", name="User name or e-mail").fill("yan")
    yan.get_by_role("textbox", name="Password").fill(NEW_PASSWORD)
    yan.get_by_role("button", name="Log in").click()
    expect(yan.get_by_role("alert")).to_have_text(DISABLED)
    zoe.get_by_role("button", name="Enable yan").click()
    expect(disable).to_be_visible()
    yan.get_by_role("button", name="Log in").click()
    expect(yan.get_by_role("region", name="Messages in general")).to_be_visible()

    zoe.get_by_role("navigation", name="Administration").get_by_role("link", name="Audit log").click()
    log = zoe.get_by_role("list", name="Audit log").get_by_role("listitem")
    expect(log.nth(0)).to_contain_text("@zoe enabled @yan.")
    expect(log.nth(1)).to_contain_text("@zoe disabled @yan.")
    expect(log.nth(2)).to_contain_text("@zoe made a reset link for @yan.")

    elsewhere = zoe.context.new_page()
    elsewhere.goto(f"{empty_server.url}/admin")
    elsewhere.get_by_role("button", name="Reset link yan").click()
    expect(log.nth(0)).to_contain_text("@zoe made a reset link for @yan.", timeout=20_000)


@pytest.mark.parametrize("told", [True, False], ids=["told", "deaf"])
def test_what_one_user_writes_is_never_said_by_who_enters_in_another_tab(
    empty_server: ServerProcess, visitors: list[Page], *, told: bool
) -> None:
    """A page that hears nothing of the other tab learns it from the server, with the first thing it asks."""
    zoe, yan, _ = visitors
    if not told:
        zoe.add_init_script("BroadcastChannel.prototype.addEventListener = () => undefined")
    become_administrator(zoe, empty_server)
    link = quick_invite(zoe)
    register(yan, link, "yan")
    composer = zoe.get_by_role("textbox", name="Message #general")
    composer.fill("written by zoe")
    other = zoe.context.new_page()
    register(other, link, "xia")
    if not told:
        expect(user_menu(zoe, "zoe")).to_be_visible()
        composer.press("Enter")
    expect(user_menu(zoe, "xia")).to_be_visible()
    expect(composer).to_have_value("")
    composer.fill("written by xia")
    composer.press("Enter")
    said = yan.get_by_role("article")
    expect(said.filter(has_text="written by xia")).to_be_visible()
    expect(said).to_have_count(1)

    user_menu(other, "xia").click()
    other.get_by_role("menuitem", name="Log out").click()
    expect(zoe.get_by_role("button", name="Log in")).to_be_visible()
    zoe.get_by_role("textbox", name="User name or e-mail").fill("zoe")
    zoe.get_by_role("textbox", name="Password").fill(PASSWORD)
    zoe.get_by_role("button", name="Log in").click()
    if told:
        expect(composer).to_have_value("written by zoe")
        composer.press("Enter")
    expect(said.filter(has_text="written by zoe")).to_contain_text("zoe")
    expect(said).to_have_count(2)


def test_a_switch_is_seen_by_every_page_at_once(empty_server: ServerProcess, visitors: list[Page]) -> None:
    zoe, yan, xia = visitors
    become_administrator(zoe, empty_server)
    link = quick_invite(zoe)
    administration(zoe, "Users")
    register(yan, link, "yan")
    expect(zoe.get_by_role("button", name="Disable yan")).to_be_visible()
    administration(zoe, "Settings")
    expect(yan.get_by_role("navigation", name="Voice channels")).to_be_visible()
    zoe.get_by_role("switch", name="Voice channels").click()
    expect(zoe.get_by_role("switch", name="Voice channels")).to_be_checked()
    zoe.get_by_role("button", name="Switch voice off").click()
    expect(zoe.get_by_role("switch", name="Voice channels")).not_to_be_checked()
    expect(zoe.get_by_role("switch", name="Voice channels")).to_be_focused()
    expect(yan.get_by_role("navigation", name="Voice channels")).to_have_count(0)
    xia.goto(f"{empty_server.url}/register")
    expect(xia.get_by_text("New accounts are made by invite here")).to_be_visible()
    zoe.get_by_role("radio", name="Closed").check()
    expect(zoe.get_by_role("radio", name="Closed")).to_be_checked()
    zoe.get_by_role("button", name="Create invite").click()
    expect(zoe.get_by_role("dialog").get_by_text("Registration is closed")).to_be_visible()
    zoe.keyboard.press("Escape")
    expect(zoe.get_by_role("dialog")).to_have_count(0)
    expect(zoe.get_by_role("button", name="Create invite")).to_be_focused()
    zoe.get_by_role("radio", name="Open").check()
    expect(zoe.get_by_role("radio", name="Open")).to_be_checked()
    zoe.get_by_role("textbox", name="Name of this instance").fill("The Shire")
    zoe.get_by_role("button", name="Save").click()
    expect(yan.get_by_text("The Shire")).to_be_visible()
    xia.goto(f"{empty_server.url}/login")
    xia.get_by_role("link", name="Create an account").click()
    fill_account(xia, "xia")
    xia.get_by_role("button", name="Create account").click()
    expect(xia.get_by_role("region", name="Messages in general")).to_be_visible()


def test_a_name_and_a_password_of_ones_own(empty_server: ServerProcess, visitors: list[Page]) -> None:
    zoe, yan, again = visitors
    become_administrator(zoe, empty_server)
    register(yan, quick_invite(zoe), "yan")
    again.goto(f"{empty_server.url}/login")
    again.get_by_role("textbox", name="User name or e-mail").fill("yan")
    again.get_by_role("textbox", name="Password").fill(PASSWORD)
    again.get_by_role("button", name="Log in").click()
    expect(again.get_by_role("region", name="Messages in general")).to_be_visible()

    yan.goto(f"{empty_server.url}/settings")
    yan.get_by_role("textbox", name="Display name").fill("Yan the Quiet")
    yan.get_by_role("button", name="Save").click()
    expect(zoe.get_by_role("complementary", name="Members").get_by_text("Yan the Quiet")).to_be_visible()
    yan.get_by_role("textbox", name="Current password").fill("not this one")
    yan.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    yan.get_by_role("button", name="Change password").click()
    expect(yan.get_by_text("This is not your current password.")).to_be_visible()
    expect(yan.get_by_role("textbox", name="New password")).to_have_value(NEW_PASSWORD)
    yan.get_by_role("textbox", name="Current password").fill(PASSWORD)
    yan.get_by_role("button", name="Change password").click()
    expect(yan.get_by_text("Your password is changed.")).to_be_visible()
    expect(again.get_by_role("button", name="Log in")).to_be_visible()
    yan.get_by_role("textbox", name="E-mail address").fill("yan@example.org")
    yan.get_by_role("textbox", name="Your password").fill(NEW_PASSWORD)
    yan.get_by_role("button", name="Change e-mail").click()
    expect(yan.get_by_text("Your e-mail address is changed.")).to_be_visible()
    yan.reload()
    expect(yan.get_by_role("textbox", name="Display name")).to_have_value("Yan the Quiet")
    expect(yan.get_by_role("textbox", name="E-mail address")).to_have_value("yan@example.org")
