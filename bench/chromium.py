"""The browser of the benchmarks: Debian's Chromium, and somebody signed in to an instance in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

TIMEOUT_MS = 20_000
ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. Raises RuntimeError where Chromium is not installed."""
    executable = shutil.which("chromium")
    if executable is None:
        raise RuntimeError("The page is measured in Chromium: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, link: str, probe: Path) -> Page:
    """A page with a profile of its own, signed in by a demonstration link; `probe` is a script that runs before its own."""
    context = browser.new_context(permissions=["microphone"])
    context.add_init_script(path=probe)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(link)
    page.get_by_role("navigation", name="Voice channels").wait_for()
    return page
