"""Check my connection: what a member is told before a call, where all is well and where the relay is away."""

from __future__ import annotations

import socket
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.fixtures import Serving, open_context
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

ENDS_WITHIN_MS = 60_000
"""A silent relay is given up after some 10 s; the machine may have much else to do."""
BY_LOOPBACK = "--allow-loopback-in-peer-connection"
"""Else the browser sends from another of this machine's addresses, and does not know an answer that comes from there."""
RELAY = ("Relay by UDP", "Relay by TCP")


def check(page: Page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Check again")).to_be_visible(timeout=ENDS_WITHIN_MS)


def expect_verdict(page: Page, code: str) -> None:
    expect(page.get_by_role("status").locator("[data-verdict]")).to_have_attribute("data-verdict", code)


def expect_marks(page: Page, **marks: str) -> None:
    for step, mark in marks.items():
        expect(page.locator(f"[data-step={step}]")).to_have_attribute("data-mark", mark)


def test_where_all_is_well_one_hears_oneself_through_the_relay(
    server: ServerProcess, launch: Callable[..., Browser]
) -> None:
    context = open_context(launch(extra=(BY_LOOPBACK,)), permissions=["microphone"])
    page = Person(context, server.url, "ann").log_in().page
    page.goto(f"{server.url}/settings")
    page.get_by_role("link", name="Check my connection").click()
    check(page)
    expect_verdict(page, "all_well")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("All is well: you can make calls.")
    expect_marks(page, server="good", microphone="good", relay_udp="good", relay_tcp="good", loopback="good")
    for name in RELAY:
        expect(page.get_by_role("listitem").filter(has_text=name)).to_contain_text("packets came back")
    page.get_by_text("Particulars").click()
    expect(page.get_by_text("turn:localhost:")).not_to_have_count(0)
    page.evaluate("navigator.clipboard.writeText = (text) => Promise.resolve((window.copied = text))")
    page.get_by_role("button", name="Copy result").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    report = page.evaluate("window.copied")
    assert "relay_udp relay_works" in report
    assert "localhost" not in report
    assert "127.0.0.1" not in report
    context.close()


def test_a_relay_that_is_away_is_named_with_a_remedy(serving: Serving, browser: Browser) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as void:
        void.bind(("127.0.0.1", 0))
        server = serving(
            {
                "CROMULENT_TURN_PROVIDER": "coturn",
                "CROMULENT_TURN_URL": f"turn:127.0.0.1:{void.getsockname()[1]}?transport=udp",
                "CROMULENT_TURN_SECRET": "whatever",
            }
        )
        context = open_context(browser, permissions=["microphone"])
        page = Person(context, server.url, "ann").log_in().page
        page.goto(f"{server.url}/check")
        check(page)
        expect_marks(page, server="good", microphone="good", relay_udp="bad", loopback="none")
        expect(page.get_by_role("listitem").filter(has_text="Relay by UDP")).to_contain_text("cannot be reached")
        verdict = page.get_by_role("status").locator("[data-verdict]")
        expect(verdict).to_contain_text("Neither STUN nor the relay answers")
        expect(verdict).to_contain_text("an administrator must open the port of the relay")
        context.close()
