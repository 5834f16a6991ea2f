"""Real browsers against a real server: fixtures. A missing program is named and fails the test; nothing is skipped."""

from __future__ import annotations

import math
import os
import shutil
import struct
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess, create_administrator

RATE = 48_000
SHARED_BROWSER = os.environ.get("CROMULENT_TEST_BROWSER", "chromium-headless-shell")
"""Chromium without its windows: the same engine, with a quarter less work for the machine. `chromium` is the whole one."""
SOURCE_URL = "https://example.org/source"
Serving = Callable[[dict[str, str]], ServerProcess]
Calling = Callable[[ServerProcess], list[Person]]
PEOPLE = ("ann", "ben", "cleo")


def chromium_path(program: str = "chromium") -> str:
    """Where Chromium is; a failure that names it when it is missing."""
    found = shutil.which(program)
    assert found, f"these tests need the system package `{program}`"
    return found


def chromium_arguments(tone: Path) -> list[str]:
    """The switches of a test browser: fake devices playing `tone`, no calls home."""
    return [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={tone}",
        "--autoplay-policy=no-user-gesture-required",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]


def open_context(browser: Browser, **options: Any) -> BrowserContext:
    """What somebody's browser is, without the service worker: it costs half of what the page does, and few tests are about it."""
    return browser.new_context(service_workers="block", **options)


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of 440 Hz, one of silence, 48 kHz mono: what every fake microphone hears."""
    path = tmp_path_factory.mktemp("sound") / "tone.wav"
    samples = [int(12_000 * math.sin(2 * math.pi * 440 * n / RATE)) if n < RATE else 0 for n in range(2 * RATE)]
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return path


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def page_errors() -> list[str]:
    """What no script caught, on any page of any browser that `launch` has started."""
    return []


@pytest.fixture(scope="session")
def launch(playwright: Playwright, tone: Path, page_errors: list[str]) -> Iterator[Callable[..., Browser]]:
    """Start browsers of one's own; all are closed at the end."""
    started: list[Browser] = []

    def watch(context: BrowserContext) -> None:
        context.on("weberror", lambda caught: page_errors.append(caught.error.stack or str(caught.error)))

    def start(*, executable: str | None = None, extra: tuple[str, ...] = ()) -> Browser:
        browser = playwright.chromium.launch(
            executable_path=executable or chromium_path(SHARED_BROWSER), args=[*chromium_arguments(tone), *extra]
        )
        browser.on("context", watch)
        started.append(browser)
        return browser

    yield start
    for browser in started:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Browser:
    """The browser most tests share; each person is a context of it."""
    return launch()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which ann, ben and cleo have accounts: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    for name in PEOPLE:
        create_administrator(folder, name)
    return folder


@pytest.fixture
def data(tmp_path: Path, furnished: Path) -> Path:
    """This test's own copy of the furnished data folder."""
    return Path(shutil.copytree(furnished, tmp_path / "data"))


@pytest.fixture
def server(data: Path) -> Iterator[ServerProcess]:
    """A server of this test's own, with three users."""
    process = ServerProcess(data)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server nobody has an account on; its pages link to `SOURCE_URL`."""
    process = ServerProcess(tmp_path / "data", environment={"CROMULENT_SOURCE_URL": SOURCE_URL})
    process.start()
    yield process
    process.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a visitor nobody knows."""
    context = open_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def serving(data: Path) -> Iterator[Serving]:
    """`serving(environment)`: a server with three users and such an environment."""
    with ExitStack() as held:

        def serve(environment: dict[str, str]) -> ServerProcess:
            process = ServerProcess(data, environment=environment)
            process.start()
            held.callback(process.stop)
            return process

        yield serve


@pytest.fixture
def calling(browser: Browser) -> Iterator[Calling]:
    """`calling(server)`: ann and ben in Lounge; each sees both, connected or not."""
    with ExitStack() as held:

        def call(server: ServerProcess) -> list[Person]:
            two = []
            for name in PEOPLE[:2]:
                context = open_context(browser, permissions=["microphone"])
                held.callback(context.close)
                two.append(Person(context, server.url, name).log_in())
            for person in two:
                person.join_voice()
            expect(two[0].participants()).to_have_count(2)
            return two

        yield call


@pytest.fixture
def people(browser: Browser, server: ServerProcess) -> Iterator[Callable[[int], list[Person]]]:
    """`people(n)`: n of ann, ben and cleo, logged in, each in a browser context of their own."""
    contexts = []

    def make(count: int) -> list[Person]:
        made = []
        for name in PEOPLE[:count]:
            context = open_context(browser, permissions=["microphone"])
            contexts.append(context)
            made.append(Person(context, server.url, name).log_in())
        return made

    yield make
    for context in contexts:
        context.close()
