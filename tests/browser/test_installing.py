"""The page can be installed: manifest and icons as browsers want them, the colour of the window that of the theme."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

THEME_COLOUR = """() => [...document.querySelectorAll('meta[name=theme-color]')]
  .find((meta) => matchMedia(meta.media).matches).content"""


def test_the_page_can_be_installed(browser: Browser, server: ServerProcess) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{server.url}/login")
    devtools = page.context.new_cdp_session(page)
    told = devtools.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"] == f"{server.url}/manifest.webmanifest"
    found = page.request.get(told["url"])
    assert found.headers["content-type"] == "application/manifest+json"
    icons = found.json()["icons"]
    assert {icon["sizes"] for icon in icons if icon.get("purpose") == "maskable"} == {"192x192", "512x512"}
    for icon in icons:
        answer = page.request.get(server.url + icon["src"])
        assert answer.headers["content-type"] == icon["type"]
        drawn = "async (at) => { const image = new Image(); image.src = at; await image.decode(); return image.naturalWidth }"
        width = page.evaluate(drawn, icon["src"])
        assert icon["sizes"] in ("any", f"{width}x{width}")
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []


def test_the_colour_of_the_window_follows_the_theme_that_was_chosen(browser: Browser, server: ServerProcess) -> None:
    ann = Person(browser.new_context(color_scheme="dark"), server.url, "ann").log_in()
    dark = ann.page.evaluate(THEME_COLOUR)
    ann.page.goto(f"{server.url}/settings")
    ann.page.get_by_role("radio", name="Light").check()
    expect(ann.page.locator("html")).to_have_attribute("data-theme", "light")
    light = ann.page.evaluate(THEME_COLOUR)
    assert re.fullmatch("#[0-9a-f]{6}", dark)
    assert light != dark
    ann.page.reload()
    expect(ann.page.get_by_role("radio", name="Light")).to_be_checked()
    assert ann.page.evaluate(THEME_COLOUR) == light
    ann.page.get_by_role("radio", name="As the system").check()
    assert ann.page.evaluate(THEME_COLOUR) == dark
