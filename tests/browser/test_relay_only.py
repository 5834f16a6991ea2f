"""Only through the relay: what one has chosen for oneself, whatever the others do, and what is said where there is no relay."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.fixtures import Calling, Serving
from tests.browser.person import Person
from tests.browser.test_built_in_relay import BUILT_IN, expect_path

CHOOSE = """async (relay_only) => {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'PATCH', headers, body: JSON.stringify({ relay_only }) };
  return (await fetch('/api/v1/me/settings', init)).status;
}"""


def choose(person: Person, *, relay_only: bool) -> None:
    """Choose it as another device of this person would."""
    assert person.page.evaluate(CHOOSE, relay_only) == 200


def test_chosen_in_a_call_the_direct_way_goes_and_no_other_candidate_is_told(
    serving: Serving, calling: Calling
) -> None:
    ann, ben = calling(serving(BUILT_IN))
    for person, other in ((ann, "ben"), (ben, "ann")):
        person.expect_bar("connected", "Lounge")
        expect_path(person, other, "direct")
    assert "host" in ben.observed("offeredCandidates")
    choose(ann, relay_only=True)
    for person, other in ((ann, "ben"), (ben, "ann")):
        expect_path(person, other, "relay")
        person.expect_bar("connected", "Lounge")
    assert ann.own_candidate_types() == {"relay"}
    for person, listener in ((ann, ben), (ben, ann)):
        with person.talking():
            assert listener.hears()
    assert ben.observed("offeredCandidates") == ["relay"]  # of ann's ways the others hear of no other one
    assert ann.observed("offeredCandidates").count("relay") == 1
    choose(ann, relay_only=False)
    for person, other in ((ann, "ben"), (ben, "ann")):
        expect_path(person, other, "direct")


def test_chosen_before_the_call_no_address_is_ever_told(serving: Serving, calling: Calling) -> None:
    ann, ben = calling(serving(BUILT_IN))
    ann.bar_button("Disconnect").click()
    expect(ben.participants()).to_have_count(1)
    choose(ann, relay_only=True)
    for person in (ann, ben):
        person.observed("offeredCandidates")
    ann.join_voice()
    for person, other in ((ann, "ben"), (ben, "ann")):
        expect_path(person, other, "relay")
        person.expect_bar("connected", "Lounge")
    with ann.talking():
        assert ben.hears()
    assert ben.observed("offeredCandidates") == ["relay"]
    assert ann.observed("offeredCandidates") == ["relay"]  # the server lets no other one of ben's through to who hides


def test_without_a_relay_it_is_said_at_the_switch_and_in_the_call(serving: Serving, calling: Calling) -> None:
    ann, _ = calling(serving({"CROMULENT_TURN_PROVIDER": "none"}))
    ann.expect_bar("connected", "Lounge")
    choose(ann, relay_only=True)
    expect(ann.bar).to_contain_text("you go through a relay only, and this server has none", timeout=20_000)
    ann.page.goto(f"{ann.url}/settings")
    switch = ann.page.get_by_role("switch", name="Only through the relay")
    expect(switch).to_be_checked()
    expect(ann.page.get_by_text("This server has no relay: with this on, you can talk with nobody.")).to_be_visible()
    switch.click()
    expect(switch).not_to_be_checked()
