"""The keys of the whole page: to a channel by a few letters of its name, up and down among them, and the list of all keys."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.test_channels import create
from tests.browser.test_voice import People, in_a_call

NOTE_WHAT_IS_SAID = """() => {
  const region = document.querySelector('.announcer');
  window.__said = [];
  const note = () => window.__said.push(region.textContent);
  new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
}"""
"""The voice bar says its state in the same place, perhaps right after."""


def test_to_a_channel_by_a_few_letters_without_a_mouse(people: People) -> None:
    ann = people(1)[0]
    page = ann.page
    for name in ("plans", "secret plans"):
        create(page, name, private=name.startswith("secret"))
        expect(page).to_have_title(re.compile(f"^#{name} "))
    ann.composer.fill("half a sentence")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Name of a channel")
    options = page.get_by_role("listbox", name="Channels").get_by_role("option")
    expect(field).to_be_focused()
    expect(options).to_have_count(4)
    page.keyboard.type("pla")
    expect(options).to_have_text([re.compile("^ *plans"), re.compile("secret plans")])
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("2 found")
    page.keyboard.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^#plans "))
    expect(ann.composer).to_be_focused()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("nothing like it")
    expect(page.get_by_text("No channel is called that.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(ann.composer).to_be_focused()


def test_up_and_down_among_the_channels_and_the_list_of_keys(people: People) -> None:
    ann = people(1)[0]
    page = ann.page
    create(page, "plans")
    expect(page).to_have_title(re.compile("^#plans "))
    ann.composer.fill("really")
    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_title(re.compile("^#general "))
    page.keyboard.press("Alt+ArrowUp")
    expect(page).to_have_title(re.compile("^#plans "))
    expect(ann.composer).to_have_value("really")
    ann.composer.press("End")
    page.keyboard.type("?")
    expect(ann.composer).to_have_value("really?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("region", name="Messages in plans").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Go to a channel")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_a_click_opens_the_list_of_keys(people: People) -> None:
    page = people(1)[0].page
    page.get_by_role("button", name="ann", exact=True).click()
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_contain_text("Ctrl")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)


def test_mute_and_deafen_by_key_in_every_view_also_while_writing(people: People) -> None:
    ann, ben = in_a_call(people)
    seen, page = ben.participants().filter(has_text="ann"), ann.page
    page.evaluate(NOTE_WHAT_IS_SAID)
    ann.composer.fill("half a sentence")
    page.keyboard.press("Control+Shift+M")
    expect(ann.bar_button("Unmute")).to_have_attribute("aria-keyshortcuts", "Control+Shift+M")
    ann.wait_for("window.__said.includes('Muted')")
    expect(seen).to_have_attribute("data-muted", "true")
    page.keyboard.press("Control+Shift+M")
    expect(ann.bar_button("Mute")).to_be_visible()
    ann.wait_for("window.__said.includes('Unmuted')")
    assert ben.hears_nothing()
    page.keyboard.press("Control+Shift+D")
    expect(ann.bar_button("Undeafen")).to_be_visible()
    ann.wait_for("window.__said.includes('Deafened')")
    expect(ann.composer).to_have_value("half a sentence")
    expect(ann.composer).to_be_focused()
    page.get_by_role("button", name="ann", exact=True).click()
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.keyboard.press("Control+Shift+D")
    expect(ann.bar_button("Deafen")).to_be_visible()
    ann.wait_for("window.__said.includes('You are still muted.')")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Name of a channel")).to_be_focused()
    page.keyboard.press("Control+Shift+M")
    expect(seen).to_have_attribute("data-muted", "false")


def test_without_a_call_the_keys_of_the_call_are_left_to_the_browser(people: People) -> None:
    page = people(1)[0].page
    page.evaluate("addEventListener('keydown', (event) => { window.__left = !event.defaultPrevented; })")
    page.keyboard.press("Control+Shift+M")
    page.wait_for_function("window.__left === true")
    page.get_by_role("region", name="Messages in general").focus()
    page.keyboard.press("?")
    row = page.get_by_role("dialog", name="Keyboard").locator("dl > div").filter(has_text="Mute, or un-mute")
    expect(row.locator("kbd")).to_have_text(["Ctrl", "Shift", "M"])
