"""The administrator's test of the relay, and the alert while a provider gives nothing."""

from __future__ import annotations

import json

from playwright.sync_api import Page, Route, expect

from tests.browser.server_process import ServerProcess
from tests.browser.test_inviting import become_administrator

FAILING = {"provider": "metered", "failing": {"since": "2026-01-01T12:00:00.000Z", "reason": "it answered 500"}}


def test_the_relay_is_tested_by_a_button_and_the_finding_is_a_sentence(page: Page, empty_server: ServerProcess) -> None:
    become_administrator(page, empty_server)
    page.goto(f"{empty_server.url}/admin/settings")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("The relay works by UDP and TCP: a packet went through it and came back.")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="gives nothing")).to_have_count(0)


def test_a_provider_that_gives_nothing_is_an_alert_on_every_tab(page: Page, empty_server: ServerProcess) -> None:
    def tell(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps(FAILING))

    become_administrator(page, empty_server)
    page.route("**/api/v1/admin/ice-servers", tell)
    page.goto(f"{empty_server.url}/admin")
    alert = page.get_by_role("alert").filter(has_text="metered gives nothing since")
    expect(alert).to_contain_text("it answered 500")
    expect(alert).to_contain_text("last good credentials")
    page.get_by_role("link", name="Audit log").click()
    expect(alert).to_be_visible()
