"""Every view of the page in dark and in light: axe-core finds nothing that keeps anybody out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.axe import bring_axe, violations_in
from tests.browser.fixtures import SOURCE_URL, open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

TELEPHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 1600}
"""So high that nothing is scrolled out of sight, where axe cannot judge its colours."""
MESSAGES = (
    "A [link](https://example.org), `code` and ||a secret||\n\n> quoted\n\n- one\n- two",
    '```python\n# a comment\nclass Cat(Animal):\n    lives = 9  # of nine\n    name = f"Tom {lives}"\n```',
    "```diff\n- gone\n+ come\n```",
    "## Who\n\n| name | age |\n|:--|--:|\n| Ann | 7 |",
    "to be deleted",
    "to be edited",
)


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[ServerProcess]:
    """One server for all views."""
    data = shutil.copytree(furnished, tmp_path_factory.mktemp("views") / "data")
    process = ServerProcess(data, environment={"CROMULENT_SOURCE_URL": SOURCE_URL})
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def invite_link(inhabitant: Person) -> str:
    """A link by which somebody may register."""
    page = inhabitant.page
    page.get_by_role("button", name="Create invite").click()
    link = page.get_by_role("textbox", name="Invite link").input_value()
    page.get_by_role("button", name="Done").click()
    return link


@pytest.fixture(scope="module")
def inhabitant(browser: Browser, shared_server: ServerProcess) -> Iterator[Person]:
    """Ann, who has written a bit of everything."""
    context = open_context(browser, permissions=["microphone"], reduced_motion="reduce")
    bring_axe(context)
    ann = Person(context, shared_server.url, "ann").log_in()
    for text in MESSAGES:
        ann.say(text)
    expect(ann.messages).to_have_count(len(MESSAGES))
    ann.messages.nth(4).get_by_role("button", name="Delete message").focus()
    ann.page.keyboard.press("Enter")
    ann.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ann.page.get_by_role("dialog")).to_have_count(0)
    ann.composer.press("ArrowUp")
    ann.page.get_by_role("textbox", name="Edited text").fill("edited")
    ann.page.keyboard.press("Enter")
    expect(ann.messages.last).to_contain_text("(edited")
    yield ann
    context.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of a stranger."""
    context = open_context(browser, reduced_motion="reduce")
    bring_axe(context)
    yield context.new_page()
    context.close()


@pytest.fixture
def ann(inhabitant: Person) -> Person:
    """Ann at her channel, with nothing open."""
    page = inhabitant.page
    page.goto(
        inhabitant.url
    )  # first: a drawer that closes for want of need steps back in the history, and would cancel it
    page.set_viewport_size(DESKTOP)
    expect(inhabitant.messages).to_have_count(len(MESSAGES))
    return inhabitant


def expect_accessible(page: Page) -> None:
    """Nothing is wrong, whatever colours the system asks for."""
    page.emulate_media(color_scheme="dark")
    assert violations_in(page) == []
    page.emulate_media(color_scheme="light")
    assert violations_in(page, rule="color-contrast") == []


def test_setting_up(visitor: Page, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data")
    server.start()
    visitor.goto(server.setup_link())
    expect(visitor.get_by_role("button", name="Create administrator")).to_be_visible()
    expect_accessible(visitor)
    server.stop()


def test_logging_in(visitor: Page, shared_server: ServerProcess) -> None:
    visitor.goto(f"{shared_server.url}/login")
    visitor.get_by_role("textbox", name="User name or e-mail").fill("nobody")
    visitor.get_by_role("textbox", name="Password").fill("not the password")
    expect_accessible(visitor)
    visitor.get_by_role("button", name="Log in").click()
    expect(visitor.get_by_role("alert")).not_to_be_empty()
    visitor.get_by_role("button", name="Log in").hover()
    expect_accessible(visitor)


def test_registering_by_invite(visitor: Page, invite_link: str) -> None:
    visitor.goto(invite_link)
    expect(visitor.get_by_role("button", name="Create account")).to_be_visible()
    expect_accessible(visitor)


def open_editor(ann: Person) -> None:
    ann.composer.press("ArrowUp")
    expect(ann.page.get_by_role("textbox", name="Edited text")).to_be_focused()


def open_question(ann: Person) -> None:
    ann.messages.first.get_by_role("button", name="Delete message").focus()
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("dialog", name="Delete this message?")).to_be_visible()


def open_spoiler(ann: Person) -> None:
    ann.messages.first.get_by_role("button", name="Show spoiler").click()
    ann.messages.first.hover()


def open_profile(ann: Person) -> None:
    ann.messages.first.get_by_role("button", name="ann").click()
    expect(ann.page.get_by_role("dialog", name="ann")).to_be_visible()


def open_user_menu(ann: Person) -> None:
    ann.page.get_by_role("button", name="ann", exact=True).click()
    expect(ann.page.get_by_role("menu")).to_be_visible()


def open_create_dialog(ann: Person) -> None:
    ann.page.get_by_role("button", name="Create channel").click()
    expect(ann.page.get_by_role("dialog", name="Create channel")).to_be_visible()


def open_browse_dialog(ann: Person) -> None:
    ann.page.get_by_role("button", name="Browse text channels").click()
    expect(ann.page.get_by_role("dialog")).to_be_visible()


def open_options(ann: Person) -> None:
    ann.page.get_by_role("banner").get_by_role("button", name="Channel options").click()
    expect(ann.page.get_by_role("dialog", name="Options of general")).to_be_visible()


def open_settings(ann: Person) -> None:
    ann.page.goto(f"{ann.url}/settings")
    expect(ann.page.get_by_role("heading", name="Voice and devices")).to_be_visible()


def open_check(ann: Person) -> None:
    ann.page.goto(f"{ann.url}/check")
    ann.page.get_by_role("button", name="Start", exact=True).click()
    expect(ann.page.get_by_role("button", name="Check again")).to_be_visible(timeout=60_000)
    ann.page.get_by_text("Particulars").click()


def open_nothing(ann: Person) -> None:
    ann.page.goto(f"{ann.url}/channels/00000000-0000-7000-8000-000000000000")
    expect(ann.page.get_by_role("heading", name="Nothing here")).to_be_visible()


def open_channel_list(ann: Person) -> None:
    ann.page.set_viewport_size(TELEPHONE)
    ann.page.get_by_role("button", name="Back to channels").click()
    expect(ann.page.get_by_role("navigation", name="Text channels")).to_be_visible()


def open_settings_on_a_telephone(ann: Person) -> None:
    open_settings(ann)
    ann.page.set_viewport_size(TELEPHONE)
    expect(ann.page.get_by_role("navigation", name="Text channels")).to_be_hidden()


def open_members(ann: Person) -> None:
    ann.page.set_viewport_size(TELEPHONE)
    ann.page.get_by_role("button", name="Show members").click()
    expect(ann.page.get_by_role("complementary", name="Members")).to_be_visible()


def open_switcher(ann: Person) -> None:
    ann.page.keyboard.press("Control+k")
    expect(ann.page.get_by_role("combobox", name="Name of a channel")).to_be_focused()


def open_keys(ann: Person) -> None:
    ann.page.get_by_role("region", name="Messages in general").focus()
    ann.page.keyboard.press("?")
    expect(ann.page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def open_call(ann: Person) -> None:
    ann.join_voice().expect_bar("connected", "Lounge")
    ann.bar_button("Mute").click()
    ann.bar_button("Connection details").click()
    expect(ann.bar_button("Copy diagnostics")).to_be_visible()


def leave_alone(_ann: Person) -> None:
    """The channel as it is."""


VIEWS: tuple[Callable[[Person], None], ...] = (
    leave_alone,
    open_editor,
    open_question,
    open_spoiler,
    open_profile,
    open_user_menu,
    open_create_dialog,
    open_browse_dialog,
    open_options,
    open_settings,
    open_check,
    open_nothing,
    open_channel_list,
    open_settings_on_a_telephone,
    open_members,
    open_switcher,
    open_keys,
    open_call,
)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_inside(ann: Person, view: Callable[[Person], None]) -> None:
    view(ann)
    expect_accessible(ann.page)


@pytest.mark.parametrize("section", ["Users", "Invites", "Calls", "Settings", "Audit log"])
def test_administering(ann: Person, section: str) -> None:
    ann.page.goto(f"{ann.url}/admin")
    ann.page.get_by_role("navigation", name="Administration").get_by_role("link", name=section).click()
    expect(ann.page.get_by_role("main").get_by_role("heading").nth(1)).to_be_visible()
    expect_accessible(ann.page)
