"""A list of thousands of messages: whatever loads, changes or is resized, what is read stays where it is, to the pixel.

`CROMULENT_TEST_OPERATIONS=1000 CROMULENT_TEST_MESSAGES=50000` makes the long run,
`CROMULENT_TEST_SEED` tries another luck; see `docs/testing.md`.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, CDPSession, Route, expect
from sqlalchemy import Connection, text

from cromulent.accounts import User, get_user
from cromulent.bootstrap import INSIDE, database_path
from cromulent.channels import Channel, channels_of
from cromulent.db import Writing, open_database
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import SystemClock
from cromulent.kernel.ids import new_id
from cromulent.messages import MessageService, Renderer
from cromulent.notifications import NotificationService
from tests.browser.fixtures import open_context
from tests.browser.person import Person
from tests.browser.server_process import PASSWORD, ServerProcess

OPERATIONS = int(os.environ.get("CROMULENT_TEST_OPERATIONS", "60"))
SEED = int(os.environ.get("CROMULENT_TEST_SEED", "2"))
MESSAGES = int(os.environ.get("CROMULENT_TEST_MESSAGES", "10000"))
AT_ONCE = 500
SCRIPT = Path(__file__).with_name("reading.js")
OLDER_PAGES = "**/messages?*before=*"
POSTED_A_SECOND = 200
POSTING_SECONDS = 5
MOST_ROWS = 150


def words(luck: random.Random) -> str:
    """A text of one line or of many."""
    return " ".join("word" * luck.randint(1, 3) for _ in range(luck.choice([1, 3, 10, 40, 150])))


async def fill(folder: Path, luck: random.Random) -> None:
    """Post `MESSAGES` messages in `#general` as the server would, without one; ann has read them all."""
    database = open_database(database_path(folder), SystemClock(), Writing(encode_fact, INSIDE))
    database.start()
    renderer = Renderer()
    service = MessageService(database, SystemClock(), renderer, posts_per_10_seconds=0)
    ann, ben, general = await database.read(whom_and_where)
    for start in range(0, MESSAGES, AT_ONCE):
        posts = [
            service.post_message(ben, general.id, new_id(), f"{start + number}: {words(luck)}")
            for number in range(AT_ONCE)
        ]
        await asyncio.gather(*posts)
    await NotificationService(database, SystemClock()).mark_read(ann, general.id, 2 * MESSAGES)
    await renderer.close()
    await database.close()


def whom_and_where(connection: Connection) -> tuple[User, User, Channel]:
    """Ann, ben, and the text channel everybody is in."""
    ids = connection.execute(text("SELECT id FROM users WHERE user_name IN ('ann', 'ben') ORDER BY user_name"))
    ann, ben = [get_user(connection, user_id) for user_id in ids.scalars()]
    return ann, ben, next(channel for channel in channels_of(connection, ben.id) if channel.kind == "text")


@pytest.fixture
def server(data: Path) -> Iterator[ServerProcess]:
    """A server with a long history, on which everybody writes as fast as they can."""
    with ThreadPoolExecutor(1) as beside_playwright:  # whose loop runs in this thread
        beside_playwright.submit(asyncio.run, fill(data, random.Random(SEED))).result()
    process = ServerProcess(data, environment={"CROMULENT_POSTS_PER_10_SECONDS": "0"})
    process.start()
    yield process
    process.stop()


@pytest.fixture
def ann(server: ServerProcess, browser: Browser) -> Iterator[Person]:
    """The reader, at the end of the list."""
    context = open_context(browser, viewport={"width": 1100, "height": 800})
    context.add_init_script(path=SCRIPT)
    person = Person(context, server.url, "ann").log_in()
    expect(person.messages.last).to_be_in_viewport()
    yield person
    context.close()


@pytest.fixture
def ben(server: ServerProcess) -> Iterator[httpx2.Client]:
    """The author of it all, without a page."""
    with httpx2.Client(base_url=f"{server.url}/api/v1/", headers={"Origin": server.url}) as api:
        assert api.post("login", json={"login": "ben", "password": PASSWORD}).is_success
        yield api


class Reader:
    """Does things to the list, and sees whether what is read has moved."""

    def __init__(self, ann: Person, ben: httpx2.Client, luck: random.Random) -> None:
        self.page = ann.page
        self.ben = ben
        self.luck = luck
        self.moved: list[str] = []
        self.done = {"edit": 0, "resize": 0, "prepend": 0}
        self._held: list[Route] = []
        self._channel_id = ann.page.url.rpartition("/")[2]
        self.page.route(OLDER_PAGES, self._hold)

    def _hold(self, route: Route) -> None:
        self._held.append(route)

    def step(self) -> None:
        """Go somewhere, remember what is read, let one thing happen, look whether it has moved."""
        self.page.evaluate("by => __reading.scrollBy(by)", self.luck.choice([-4000, -3000, -900, -300, -50, 40, 400]))
        if self.page.evaluate("__reading.isAtEnd()"):  # there one stays at the end, which is another rule
            self.page.evaluate("__reading.scrollBy(-2000)")
        before = self.page.evaluate("__reading.anchor()")
        operation = self._operation()
        self.page.evaluate("__reading.settled()")
        after = self.page.evaluate("key => __reading.topOf(key)", before["key"])
        self.done[operation] += 1
        if after is None or abs(after - before["top"]) > 1:
            self.moved.append(f"{operation}: {before['key']} went from {before} to {after}")

    def _operation(self) -> str:
        if self._held:  # an older page has been asked for on the way here
            rows = self.page.evaluate("__reading.height()")
            self._held.pop(0).continue_()
            self.page.wait_for_function("rows => __reading.height() !== rows", arg=rows)
            return "prepend"
        if self.luck.random() < 0.5:
            self._edit()
            return "edit"
        self.page.set_viewport_size({"width": self.luck.randint(800, 1400), "height": self.luck.randint(450, 900)})
        return "resize"

    def _edit(self) -> None:
        """Change a message that is in the page, seen or above or below, to another length."""
        key = self.luck.choice(self.page.evaluate("__reading.keys()"))
        token = f"edited {self.luck.random()}"
        address = f"channels/{self._channel_id}/messages/{key}"
        assert self.ben.patch(address, json={"text": f"{token} {words(self.luck)}"}).is_success
        expect(self.page.locator(f"[data-key='{key}']")).to_contain_text(token)


def test_what_is_read_stays_where_it_is(ann: Person, ben: httpx2.Client) -> None:
    print(f"CROMULENT_TEST_SEED={SEED} CROMULENT_TEST_OPERATIONS={OPERATIONS}")
    reader = Reader(ann, ben, random.Random(SEED))
    for _ in range(OPERATIONS):
        reader.step()
    print(reader.done)
    assert reader.moved == []
    assert all(count >= OPERATIONS // 50 for count in reader.done.values())
    assert ann.page.evaluate("__reading.rows()") <= MOST_ROWS


def busy_seconds(thread: CDPSession) -> dict[str, float]:
    """What the page's main thread has been busy with since it began, in seconds."""
    wanted = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    metrics = thread.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics if metric["name"] in wanted}


def test_two_hundred_messages_a_second_are_all_shown_and_the_reader_stays_at_the_end(
    ann: Person, ben: httpx2.Client
) -> None:
    """The times between frames are printed, not judged: they are those of a machine that also runs the server and this test."""
    address = f"channels/{ann.page.url.rpartition('/')[2]}/messages"
    luck = random.Random(SEED)
    thread = ann.context.new_cdp_session(ann.page)
    thread.send("Performance.enable")
    busy_before = busy_seconds(thread)
    ann.page.evaluate("__reading.watchFrames()")
    began = time.monotonic()
    for number in range(POSTED_A_SECOND * POSTING_SECONDS):
        time.sleep(max(0.0, began + number / POSTED_A_SECOND - time.monotonic()))
        assert ben.post(address, json={"nonce": new_id(), "text": f"{number}: {words(luck)}"}).is_success
    seconds = time.monotonic() - began
    expect(ann.messages.last).to_contain_text(f"{POSTED_A_SECOND * POSTING_SECONDS - 1}:")
    watched = ann.page.evaluate("__reading.stop()")
    busy = {name: ended - busy_before[name] for name, ended in busy_seconds(thread).items()}
    deltas = sorted(watched["deltas"])
    print({name: f"{100 * spent / seconds:.0f} % of the time" for name, spent in busy.items()})
    print(
        f"{POSTED_A_SECOND * POSTING_SECONDS / seconds:.0f} messages a second; {len(deltas)} frames, "
        f"median {deltas[len(deltas) // 2]:.0f} ms, 99 % {deltas[len(deltas) * 99 // 100]:.0f} ms, longest {deltas[-1]:.0f} ms; "
        f"long tasks: {sorted(round(task) for task in watched['long'])[-5:]} ms"
    )
    expect(ann.messages.last).to_be_in_viewport()
    assert ann.page.evaluate("__reading.rows()") <= MOST_ROWS
