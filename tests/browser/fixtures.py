"""Real browsers against a real server: fixtures. A missing program is named and fails the test; nothing is skipped."""

from __future__ import annotations

import math
import shutil
import struct
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess, create_administrator

RATE = 48_000
PEOPLE = ("ann", "ben", "cleo")


def chromium_path() -> str:
    """Where Chromium is; a failure that names it when it is missing."""
    found = shutil.which("chromium")
    assert found, "these tests need the system package `chromium`"
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
            executable_path=executable or chromium_path(), args=[*chromium_arguments(tone), *extra]
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
def people(browser: Browser, server: ServerProcess) -> Iterator[Callable[[int], list[Person]]]:
    """`people(n)`: n of ann, ben and cleo, logged in, each in a browser context of their own."""
    contexts = []

    def make(count: int) -> list[Person]:
        made = []
        for name in PEOPLE[:count]:
            context = browser.new_context(permissions=["microphone"])
            contexts.append(context)
            made.append(Person(context, server.url, name).log_in())
        return made

    yield make
    for context in contexts:
        context.close()
