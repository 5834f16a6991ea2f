"""The server dies in the middle of a call and comes back: nobody hears a difference."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.server_process import ServerProcess
from tests.browser.test_voice import People, in_a_call

LONGEST_GAP_MS = 1000


def participant_ids(person) -> list[str]:
    """The ids of the participants one sees, in a stable order."""
    return sorted(person.participants().evaluate_all("items => items.map(item => item.dataset.participantId)"))


@pytest.mark.parametrize("reversed_return", [False, True])
def test_a_call_of_three_survives_the_death_of_the_server(
    people: People, server: ServerProcess, *, reversed_return: bool
) -> None:
    three = in_a_call(people, 3)
    before = participant_ids(three[0])
    for person in three:
        person.observed("watchGaps")
    with three[0].talking():
        server.kill()
        for person in three:
            person.expect_bar("reconnecting")
        server.start()
        order = list(reversed(three)) if reversed_return else three
        for person in order:
            person.expect_bar("connected", "Lounge", seconds=10)
            expect(person.participants()).to_have_count(3)
        assert three[1].hears()
    gaps = [person.observed("stopWatching") for person in three]
    assert max(gaps) <= LONGEST_GAP_MS, gaps
    for person in three:
        assert participant_ids(person) == before
