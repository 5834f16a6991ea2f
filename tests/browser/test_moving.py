"""Another voice channel: one click moves the call, and nothing flickers on the way."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cromulent.bootstrap import INSIDE, database_path
from cromulent.channels import create_channel
from cromulent.db import Writing, open_database
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import SystemClock
from tests.browser.test_voice import People, in_a_call

WATCH_THE_BAR = """
  window.__states = new Set();
  new MutationObserver(() => {
    const bar = document.querySelector('section[aria-label="Voice"] [role="status"]');
    window.__states.add(bar ? bar.dataset.state : 'none');
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
"""


async def _make_studio(data: Path) -> None:
    database = open_database(database_path(data), SystemClock(), Writing(encode_fact, INSIDE))
    database.start()
    try:
        await database.write(lambda unit: create_channel(unit, "voice", "Studio", is_default=True))
    finally:
        await database.close()


@pytest.fixture
def data(data: Path) -> Path:
    """The furnished data folder with a second voice channel."""
    with ThreadPoolExecutor(1) as thread:  # beside the loop of the browser's driver
        thread.submit(asyncio.run, _make_studio(data)).result()
    return data


def test_clicking_another_voice_channel_moves_the_call(people: People) -> None:
    ann, ben = in_a_call(people)
    asked = ann.observed("captured")
    ann.page.evaluate(WATCH_THE_BAR)
    ann.join_voice("Studio")
    ann.expect_bar("connected", "Studio")
    expect(ben.participants("Lounge")).to_have_count(1)
    expect(ben.participants("Studio")).to_have_count(1)
    assert set(ann.page.evaluate("[...window.__states]")) <= {"connecting", "connected", "reconnecting"}
    assert ann.observed("captured") == asked
    ben.expect_bar("connected", "Lounge")
    ben.join_voice("Studio")
    for person in (ann, ben):
        expect(person.participants("Studio")).to_have_count(2)
        person.expect_bar("connected", "Studio")
    with ann.talking():
        assert ben.hears()
