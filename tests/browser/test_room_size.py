"""How many may be in a call, and how that is shown before one clicks."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Calling, Serving
from tests.browser.person import Person
from tests.browser.test_voice import People


def voice_channel(person: Person, channel: str = "Lounge") -> Locator:
    """The channel in the sidebar."""
    voices = person.page.get_by_role("navigation", name="Voice channels")
    return voices.get_by_role("button", name=channel, exact=True)


def test_a_full_channel_says_so_before_the_click_and_after_it(people: People) -> None:
    ann, ben, cleo = people(3)
    ann.page.get_by_role("navigation", name="Voice channels").get_by_role("button", name="Channel options").click()
    dialog = ann.page.get_by_role("dialog")
    limit = dialog.get_by_role("combobox", name="User limit")
    expect(limit.get_by_role("option").first).to_have_text("As many as anywhere (8)")
    limit.select_option("2")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    ann.page.keyboard.press("Escape")
    ann.join_voice()
    expect(voice_channel(cleo)).to_have_accessible_description("1 of 2")
    ben.join_voice()
    expect(voice_channel(cleo)).to_have_accessible_description("Full: 2 of 2")
    expect(voice_channel(cleo)).to_contain_text("2/2")
    cleo.join_voice()
    expect(cleo.bar).to_contain_text("This voice channel is full.")
    ben.bar_button("Disconnect").click()
    expect(voice_channel(cleo)).to_have_accessible_description("1 of 2")
    cleo.bar_button("Rejoin").click()
    cleo.expect_bar("connected", "Lounge")


def test_the_size_of_rooms_is_the_operators(serving: Serving, calling: Calling) -> None:
    ann, _ = calling(serving({"CROMULENT_PARTICIPANTS_PER_ROOM": "2"}))
    expect(voice_channel(ann)).to_have_accessible_description("Full: 2 of 2")
