"""Channels as people use them: made, found, joined, left, lost, put in order and deleted, by their accessible names."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

KEPT_IN_BROWSER = """async () => {
  const kept = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      const wanted = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([wanted.getAllKeys(), wanted.getAll()].map((request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        })));
      kept[store] = [keys, values];
    }
    database.close();
  }
  return JSON.stringify([kept, { ...localStorage }, { ...sessionStorage }]);
}"""


def people(browser: Browser, server: ServerProcess, *names: str) -> list[Person]:
    """Some who have logged in, each in a browser of their own."""
    return [Person(open_context(browser), server.url, name).log_in() for name in names]


def texts(page: Page) -> Locator:
    """The text channels of the sidebar."""
    return page.get_by_role("navigation", name="Text channels").get_by_role("link")


def voices(page: Page, name: str) -> Locator:
    """A voice channel of the sidebar."""
    return page.get_by_role("navigation", name="Voice channels").get_by_role("button", name=name, exact=True)


def create(page: Page, name: str, *, kind: str = "Text channel", private: bool = False) -> None:
    """Make a channel by the dialog."""
    page.get_by_role("button", name="Create channel").click()
    dialog = page.get_by_role("dialog", name="Create channel")
    dialog.get_by_role("radio", name=kind).check()
    dialog.get_by_role("textbox", name="Channel name").fill(name)
    if private:
        dialog.get_by_role("radio", name="Private").check()
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_be_hidden()


def options(page: Page, name: str) -> Locator:
    """The open dialog about a channel."""
    return page.get_by_role("dialog", name=f"Options of {name}")


def open_options(page: Page, name: str, *, voice: bool = False) -> Locator:
    """Open the dialog about the text channel on the screen, or about a voice channel."""
    rows = page.get_by_role("navigation", name="Voice channels").get_by_role("listitem")
    row = rows.filter(has=page.get_by_role("button", name=name, exact=True))
    (row if voice else page.get_by_role("banner")).get_by_role("button", name="Channel options").click()
    return options(page, name)


def add(dialog: Locator, name: str) -> None:
    """Make somebody a member by the dialog about a channel."""
    dialog.get_by_role("textbox", name="Add somebody by name").fill(name)
    expect(dialog.get_by_role("button", name=f"Add {name}")).to_be_in_viewport()
    dialog.get_by_role("button", name=f"Add {name}").click()
    expect(dialog.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Add somebody by name")).to_be_focused()


def remove(dialog: Locator, name: str) -> None:
    """End somebody's membership by the dialog about a channel."""
    dialog.get_by_role("button", name=f"Remove {name}").click()
    expect(dialog.get_by_role("button", name=f"Remove {name}")).to_be_hidden()
    expect(dialog.get_by_role("heading", name="Members")).to_be_focused()


def test_a_private_channel_is_nothing_then_everything_then_nothing_again(
    browser: Browser, server: ServerProcess
) -> None:
    ann, ben = people(browser, server, "ann", "ben")
    create(ann.page, "hideout", private=True)
    expect(texts(ann.page).filter(has_text="hideout")).to_have_attribute("aria-current", "page")
    expect(texts(ann.page).filter(has_text="hideout")).to_have_accessible_description("Private")
    expect(ann.page.get_by_role("banner").get_by_role("img", name="Private")).to_be_visible()
    path = re.sub(r"^https?://[^/]+", "", ann.page.url)
    ann.say("written before Ben came")
    expect(ann.messages).to_have_count(1)

    ben.page.goto(f"{server.url}{path}")
    expect(ben.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(texts(ben.page)).to_have_text(["general"])
    ben.page.get_by_role("button", name="Browse text channels").click()
    expect(ben.page.get_by_role("dialog")).to_contain_text("There is no other public channel to join.")
    ben.page.keyboard.press("Escape")

    dialog = open_options(ann.page, "hideout")
    add(dialog, "ben")
    texts(ben.page).filter(has_text="hideout").click()
    expect(ben.messages.filter(has_text="written before Ben came")).to_be_visible()
    ben.composer.fill("a draft that was never sent")
    channel_id = path.rsplit("/", 1)[-1]
    expect_kept(ben, channel_id, kept=True)
    texts(ben.page).filter(has_text="general").click()
    expect(texts(ben.page).filter(has_text="hideout")).to_have_accessible_description("Private Draft")
    texts(ben.page).filter(has_text="hideout").click()
    expect(texts(ben.page).filter(has_text="hideout")).to_have_accessible_description("Private")

    remove(dialog, "ben")
    expect(ben.page.get_by_role("status").filter(has_text="no longer a member of #hideout")).to_be_visible()
    expect(ben.page).to_have_title(re.compile("^#general"))
    ben.page.keyboard.type("the rest of a sentence")  # which was not meant for everybody
    expect(ben.composer).to_have_value("")
    expect(texts(ben.page)).to_have_text(["general"])
    expect_kept(ben, channel_id, kept=False)
    kept = ben.page.evaluate(KEPT_IN_BROWSER)
    assert "never sent" not in kept
    assert "before Ben" not in ben.page.content()
    ben.page.goto(f"{server.url}{path}")
    expect(ben.page.get_by_role("heading", name="Nothing here")).to_be_visible()


def expect_kept(person: Person, channel_id: str, *, kept: bool) -> None:
    """Wait until the browser's own storage names a channel, or does not any more."""
    answer = "true" if kept else "false"
    person.wait_for(f"({KEPT_IN_BROWSER})().then((text) => text.includes('{channel_id}') === {answer})")


def test_who_is_removed_from_a_voice_channel_is_out_of_the_call_at_once(
    browser: Browser, server: ServerProcess
) -> None:
    ann, ben = people(browser, server, "ann", "ben")
    create(ann.page, "War room", kind="Voice channel", private=True)
    dialog = open_options(ann.page, "War room", voice=True)
    add(dialog, "ben")
    ann.page.keyboard.press("Escape")
    for person in (ann, ben):
        person.join_voice("War room").expect_bar("connected", "War room")
    expect(ann.participants("War room")).to_have_count(2)
    remove(open_options(ann.page, "War room", voice=True), "ben")
    ben.expect_bar("disconnected", "Disconnected")
    expect(ben.bar.locator("[data-reason]")).to_have_attribute("data-reason", "kicked")
    expect(voices(ben.page, "War room")).to_be_hidden()
    expect(ann.participants("War room")).to_have_count(1)
    ann.expect_bar("connected", "War room")
    assert ben.observed("liveTracks") == 0
    dialog = options(ann.page, "War room")
    dialog.get_by_role("button", name="Delete channel").click()
    dialog.get_by_role("button", name="Delete for good").click()
    ann.expect_bar("disconnected", "Disconnected")
    expect(ann.bar).to_contain_text("This channel was deleted.")
    expect(voices(ann.page, "War room")).to_be_hidden()
    assert ann.observed("liveTracks") == 0


def test_a_public_channel_is_found_joined_and_left(browser: Browser, server: ServerProcess) -> None:
    ann, ben = people(browser, server, "ann", "ben")
    create(ann.page, "recipes")
    create(ann.page, "Kitchen", kind="Voice channel")
    ben.page.get_by_role("button", name="Browse text channels").click()
    ben.page.get_by_role("button", name="Join recipes").click()
    expect(ben.page).to_have_title(re.compile("^#recipes"))
    ben.say("soup")
    expect(ann.messages.filter(has_text="soup")).to_be_visible()
    ben.page.get_by_role("button", name="Browse voice channels").click()
    ben.page.get_by_role("button", name="Join Kitchen").click()
    expect(ben.page.get_by_role("dialog")).to_contain_text("There is no other public channel to join.")
    ben.page.keyboard.press("Escape")
    expect(voices(ben.page, "Kitchen")).to_be_visible()
    dialog = open_options(ben.page, "recipes")
    dialog.get_by_role("button", name="Leave channel").click()
    expect(dialog).to_contain_text("You can come back by browsing the channels.")
    dialog.get_by_role("button", name="Leave now").click()
    expect(ben.page).to_have_title(re.compile("^#general"))
    expect(ben.page.get_by_role("dialog")).to_be_hidden()
    expect(texts(ben.page)).to_have_text(["general"])
    expect(ben.page.get_by_text("no longer a member")).to_be_hidden()


def test_an_administrator_moves_somebody_whose_page_goes_along(browser: Browser, server: ServerProcess) -> None:
    ann, ben = people(browser, server, "ann", "ben")
    create(ann.page, "Kitchen", kind="Voice channel")
    ben.page.get_by_role("button", name="Browse voice channels").click()
    ben.page.get_by_role("button", name="Join Kitchen").click()
    ben.page.keyboard.press("Escape")
    for person in (ann, ben):
        person.join_voice().expect_bar("connected", "Lounge")
    ann.participants().get_by_role("button", name="Profile of ben").click()
    ann.page.get_by_role("dialog", name="ben").get_by_role("button", name="Move to Kitchen").click()
    ben.expect_bar("connected", "Kitchen")
    expect(ann.participants("Kitchen")).to_have_count(1)
    expect(ann.participants()).to_have_count(1)
    ann.expect_bar("connected", "Lounge")


def test_a_channel_is_changed_ordered_and_deleted_by_keyboard(browser: Browser, server: ServerProcess) -> None:
    ann, ben = people(browser, server, "ann", "ben")
    create(ann.page, "second")
    dialog = open_options(ann.page, "second")
    dialog.get_by_role("textbox", name="Channel name").fill("news")
    dialog.get_by_role("textbox", name="Topic").fill("What happens")
    dialog.get_by_role("switch", name="Default channel").press("Space")
    dialog.get_by_role("switch", name="Only administrators write").press("Space")
    dialog.get_by_role("textbox", name="Topic").press("Enter")
    expect(texts(ben.page)).to_have_text(["general", "news"])
    dialog = options(ann.page, "news")
    dialog.get_by_role("button", name="Move up").press("Enter")
    for person in (ann, ben):
        expect(texts(person.page)).to_have_text(["news", "general"])
    expect(dialog).to_contain_text("Place 1 of 2")
    expect(dialog.get_by_role("button", name="Move up")).to_be_focused()
    texts(ben.page).filter(has_text="news").click()
    expect(ben.page.get_by_role("banner").filter(has_text="news")).to_contain_text("What happens")
    dialog.get_by_role("button", name="Delete channel").press("Enter")
    expect(dialog.get_by_role("button", name="Stay")).to_be_focused()
    dialog.get_by_role("button", name="Delete for good").press("Enter")
    expect(ann.page.get_by_role("dialog")).to_be_hidden()
    for person in (ann, ben):
        expect(texts(person.page)).to_have_text(["general"])
        expect(person.page.get_by_role("status").filter(has_text="#news was deleted.")).to_be_visible()
        expect(person.page).to_have_title(re.compile("^#general"))


def test_a_dialog_keeps_the_focus_and_gives_it_back(browser: Browser, server: ServerProcess) -> None:
    (ann,) = people(browser, server, "ann")
    button = ann.page.get_by_role("button", name="Create channel")
    button.focus()
    button.press("Enter")
    dialog = ann.page.get_by_role("dialog", name="Create channel")
    expect(dialog).to_be_visible()
    for _ in range(12):
        ann.page.keyboard.press("Tab")
        assert ann.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    ann.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_a_name_nobody_can_see_is_refused_in_the_dialog(browser: Browser, server: ServerProcess) -> None:
    (ann,) = people(browser, server, "ann")
    ann.page.get_by_role("button", name="Create channel").click()
    dialog = ann.page.get_by_role("dialog", name="Create channel")
    dialog.get_by_role("textbox", name="Channel name").fill("a\u202eb")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("1 to 80 visible characters")
    expect(dialog.get_by_role("textbox", name="Channel name")).to_have_value("a\u202eb")
