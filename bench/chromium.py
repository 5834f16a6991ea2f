"""The browser of the benchmarks: Debian's Chromium, and somebody signed in to an instance in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from cromulent.kernel.http import PLAIN_COOKIE

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
def chromium(program: str, *more: str) -> Iterator[Browser]:
    """A running browser, started with these arguments too. Raises RuntimeError where it is not installed."""
    executable = shutil.which(program)
    if executable is None:
        raise RuntimeError(f"The page is measured in Chromium: apt-get install {program}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=[*ARGUMENTS, *more])
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


def entered(browser: Browser, url: str, token: str) -> Page:
    """A page with a profile of its own, logged in by the token of a login session."""
    context = browser.new_context(permissions=["microphone"])
    context.add_cookies([{"name": PLAIN_COOKIE, "value": token, "url": url}])
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(url)
    page.get_by_role("navigation", name="Voice channels").wait_for()
    return page


def browser_pid(browser: Browser) -> int:
    """Of the process that has started all the others."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return next(process["id"] for process in processes if process["type"] == "browser")


def join_call(page: Page) -> None:
    """Click the voice channel; what follows is not waited for."""
    page.get_by_role("navigation", name="Voice channels").get_by_role("button", name="Lounge", exact=True).click()


def in_call(page: Page) -> None:
    """Wait until everybody is heard."""
    page.locator("[role=status][data-state=connected]").wait_for()


def leave_call(page: Page) -> None:
    """Disconnect, and wait until the voice bar is gone."""
    bar = page.get_by_role("region", name="Voice", exact=True)
    bar.get_by_role("button", name="Disconnect", exact=True).click()
    bar.wait_for(state="hidden")
