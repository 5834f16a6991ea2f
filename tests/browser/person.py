"""A person at a browser: opens the page, clicks, writes, talks and listens. Finds everything by its accessible name."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.server_process import PASSWORD

OBSERVER = Path(__file__).with_name("observe.js")
LISTEN_SECONDS = 2.2
"""The test tone sounds for one second of every two."""
HEAR_SECONDS = 6.0
POLL_MS = 100
NARROW_PIXELS = 760
"""A page that is less wide shows the list of channels first."""
TAIL_SECONDS = 1.0
ENERGY_OF_A_TONE = 0.01
"""A second of the test tone brings several times as much."""
ENERGY_OF_SILENCE = 0.0001


class Person:
    """One page of one user. `url` is where this person reaches the server."""

    def __init__(self, context: BrowserContext, url: str, user_name: str) -> None:
        self.context = context
        self.url = url
        self.user_name = user_name
        context.add_init_script(path=OBSERVER)
        self.page: Page = context.new_page()

    def log_in(self) -> Person:
        """Log in and open the page at the channel, at half of what the form would take. This process has to reach the server too."""
        with self.api() as api:
            answer = api.post("login", json={"login": self.user_name, "password": PASSWORD})
            assert answer.is_success, answer.text
        self.context.add_cookies(
            [
                {"name": name, "value": value, "url": self.url, "httpOnly": True, "sameSite": "Lax"}
                for name, value in answer.cookies.items()
            ]
        )
        self.page.goto(self.url)
        self._expect_channel()
        return self

    @contextmanager
    def api(self) -> Iterator[httpx2.Client]:
        """A way to ask the API without the page, with this browser's login. (The driver's own looks `localhost` up anew each time.)"""
        cookies = {cookie.get("name", ""): cookie.get("value", "") for cookie in self.context.cookies(self.url)}
        headers = {"Origin": self.url}
        with httpx2.Client(base_url=f"{self.url}/api/v1/", headers=headers, cookies=cookies, verify=False) as client:
            yield client

    def log_in_by_form(self) -> Person:
        """Log in as somebody at the browser does, and wait for the channel."""
        self.page.goto(f"{self.url}/login")
        self.page.get_by_role("textbox", name="User name or e-mail").fill(self.user_name)
        self.page.get_by_role("textbox", name="Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self._expect_channel()
        return self

    def another_tab(self) -> Person:
        """A second tab of the same browser and user."""
        tab = Person.__new__(Person)
        tab.context, tab.url, tab.user_name = self.context, self.url, self.user_name
        tab.page = self.context.new_page()
        tab.page.goto(self.url)
        tab._expect_channel()
        return tab

    def _expect_channel(self) -> None:
        """Wait for the lists, and for the history of a channel that opens: what is said before is unread when it comes."""
        expect(self.page.get_by_role("navigation", name="Text channels")).to_be_visible()
        if self.page.viewport_size and self.page.viewport_size["width"] >= NARROW_PIXELS:
            region = self.page.get_by_role("region", name=re.compile("^Messages in "))
            expect(region.get_by_role("article").or_(region.get_by_role("heading")).first).to_be_attached()

    # writing

    @property
    def messages(self) -> Locator:
        """The messages in view."""
        return self.page.get_by_role("region", name=re.compile("^Messages in ")).get_by_role("article")

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name=re.compile("^Message #"))

    def say(self, text: str) -> None:
        """Write and send a message."""
        self.composer.fill(text)
        self.composer.press("Enter")

    # voice

    def join_voice(self, channel: str = "Lounge") -> Person:
        """Click a voice channel."""
        self.page.get_by_role("navigation", name="Voice channels").get_by_role(
            "button", name=channel, exact=True
        ).click()
        return self

    @property
    def bar(self) -> Locator:
        """The voice bar."""
        return self.page.get_by_role("region", name="Voice", exact=True)

    def bar_button(self, name: str) -> Locator:
        """A button of the voice bar."""
        return self.bar.get_by_role("button", name=name, exact=True)

    def expect_bar(self, state: str, text: str | None = None, *, seconds: float = 15) -> None:
        """Wait until the voice bar shows a state (and a text)."""
        status = self.bar.get_by_role("status")
        expect(status).to_have_attribute("data-state", state, timeout=seconds * 1000)
        if text is not None:
            expect(status).to_have_text(text)

    def expect_bar_is_not(self, state: str) -> None:
        """The voice bar is there and shows something else."""
        expect(self.bar.get_by_role("status")).not_to_have_attribute("data-state", state)

    def participants(self, channel: str = "Lounge") -> Locator:
        """Who is in a voice channel, as this person's sidebar shows it."""
        return self.page.get_by_role("list", name=f"In {channel}").get_by_role("listitem")

    @contextmanager
    def talking(self) -> Iterator[None]:
        """Hold the push-to-talk button."""
        button = self.bar_button("Push to Talk")
        button.hover()
        self.page.mouse.down()
        expect(button).to_have_attribute("aria-pressed", "true")
        try:
            yield
        finally:
            self.page.mouse.up()
            expect(button).to_have_attribute("aria-pressed", "false")

    def observed(self, what: str) -> Any:
        """A figure the observer script knows."""
        return self.page.evaluate(f"window.__observed.{what}()")

    def own_candidate_types(self) -> set[str]:
        """What our ends of the paths in use are. Between two checks of its own the browser may say for a moment that none is."""
        self.wait_for("window.__observed.candidateTypes().then((types) => types.length > 0)")
        return set(self.observed("candidateTypes"))

    def heard_energy(self, seconds: float = LISTEN_SECONDS) -> float:
        """How much sound energy arrives in so many seconds."""
        before = self.observed("energy")
        time.sleep(seconds)  # sound is a quantity over time; there is no condition to wait for
        return float(self.observed("energy")) - float(before)

    def hears(self) -> bool:
        """Whether somebody's tone arrives within a few seconds."""
        before = float(self.observed("energy"))
        deadline = time.monotonic() + HEAR_SECONDS
        while time.monotonic() < deadline:
            if float(self.observed("energy")) - before > ENERGY_OF_A_TONE:
                return True
            self.page.wait_for_timeout(POLL_MS)
        return False

    def still_hears(self) -> bool:
        """Whether a tone goes on arriving once what was on its way (release tail, jitter buffer) has been played."""
        self.heard_energy(TAIL_SECONDS)
        return self.hears()

    def hears_nothing(self) -> bool:
        """Whether silence arrives, once what was still on its way (release tail, jitter buffer) has been played."""
        self.heard_energy(TAIL_SECONDS)
        return self.heard_energy() < ENERGY_OF_SILENCE

    def expect_frame(self, name: str, *, seconds: float = 10) -> None:
        """Wait until a dispatch `name`, or a frame with this `op`, has come on the newest connection to the gateway."""
        heard = re.compile(rf"(^| ){re.escape(name)}( |$)")
        expect(self.page.locator("html")).to_have_attribute("data-heard", heard, timeout=seconds * 1000)

    def wait_for(self, expression: str, *, seconds: float = 10) -> None:
        """Wait until an expression, or the promise it makes, is true in the page (Playwright's own waiting takes a promise for true)."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(f"async () => Boolean(await ({expression}))"):
            assert time.monotonic() < deadline, f"{self.user_name} waited {seconds:g} s for {expression}"
            self.page.wait_for_timeout(POLL_MS)
