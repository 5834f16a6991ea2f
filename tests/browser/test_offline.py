"""The page without its server, and the next page: what is kept, what never is, and that nothing is reloaded unasked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import bring_axe, violations_in
from tests.browser.newer_release import NEW_HEADING, release_of_another_version, release_with_another_page
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess

KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys())
      kept[`${name} ${new URL(request.url).pathname}`] = await (await cache.match(request)).text();
  }
  return kept;
}"""
"""The text of everything in any cache of the origin, by cache and path."""
MARK = """() => {
  window.marked = true;
  navigator.serviceWorker.addEventListener('controllerchange', () => (window.marked = false));
}"""
WAITS = "navigator.serviceWorker.getRegistration().then((one) => one.waiting?.state === 'installed')"
ONE_CACHE = "caches.keys().then((names) => names.length === 1)"
WORKER_SERVES = "navigator.serviceWorker.ready.then(() => true)"
LEAVING_TRIES = 6
SECRET = "only for who is logged in"


@pytest.fixture
def ann(browser: Browser, server: ServerProcess) -> Iterator[Person]:
    """Somebody whose browser has kept the page."""
    context = browser.new_context(permissions=["microphone"], reduced_motion="reduce")
    bring_axe(context)
    person = Person(context, server.url, "ann").log_in()
    assert person.page.evaluate(WORKER_SERVES)
    yield person
    context.close()


@pytest.fixture(scope="session")
def another_page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a release of the same version with another page."""
    return release_with_another_page(tmp_path_factory.mktemp("another_page"))


def kept_by(person: Person) -> dict[str, str]:
    """What the caches hold."""
    kept: dict[str, str] = person.page.evaluate(KEPT)
    return kept


def mark(person: Person) -> None:
    """Leave something on the page that a reload takes away, and so does another worker that begins to serve it."""
    person.page.evaluate(MARK)


def is_marked(person: Person) -> bool:
    """Whether it is still the same page, served by the same worker."""
    return bool(person.page.evaluate("window.marked === true"))


def has_the_new_page_alone(person: Person) -> bool:
    """Leave, so that nobody has the old page any more, and come back. The browser may let go of a page later than it says."""
    person.page.goto("about:blank")
    person.page.goto(person.url)
    try:
        person.wait_for(ONE_CACHE, seconds=5)
    except AssertionError:
        return False
    return True


def test_the_page_opens_without_the_server_and_goes_on_when_it_is_back(ann: Person, server: ServerProcess) -> None:
    ann.composer.fill("half a sentence")
    channel = ann.page.url
    expect(ann.page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    ann.page.goto(f"{server.url}/settings")
    server.kill()
    ann.page.goto(channel)
    expect(ann.page.get_by_role("alert").get_by_text("No connection to the server.")).to_be_visible()
    expect(ann.page.get_by_role("heading", name="The server cannot be reached")).to_be_visible()
    for scheme in ("dark", "light"):
        ann.page.emulate_media(color_scheme=scheme)
        assert violations_in(ann.page) == []
    server.start()
    expect(ann.composer).to_have_value("half a sentence", timeout=30_000)
    ann.composer.press("Enter")
    expect(ann.messages).to_have_count(1)
    expect(ann.page.get_by_role("button", name="Retry now")).to_have_count(0)


def test_nothing_that_needs_a_login_is_kept(ann: Person) -> None:
    ann.say(SECRET)
    expect(ann.messages).to_have_count(1)
    ann.page.reload()
    expect(ann.messages).to_contain_text([SECRET])
    ann.page.goto(f"{ann.url}/settings")
    expect(ann.page.get_by_text("This device")).to_be_visible()
    ann.page.goto(f"{ann.url}/admin/users")
    kept = kept_by(ann)
    assert len(kept) > 20
    assert [name for name in kept if not re.fullmatch(r"shell-[0-9a-f]{16} /(assets/[\w.-]+)?", name)] == []
    assert SECRET not in json.dumps(kept)
    ann.page.goto(ann.url)
    ann.page.get_by_role("button", name="ann", exact=True).click()
    ann.page.get_by_role("menuitem", name="Log out").click()
    expect(ann.page.get_by_role("button", name="Log in")).to_be_visible()
    assert kept_by(ann) == kept


def test_the_second_visit_fetches_nothing_but_the_page_and_what_is_told(ann: Person, server: ServerProcess) -> None:
    ann.page.reload()
    expect(ann.composer).to_be_visible()
    names = (
        "performance.getEntriesByType('resource').filter(({ workerStart }) => workerStart > 0).map(({ name }) => name)"
    )
    served = ann.page.evaluate(names)
    assert any(re.search(r"/assets/index-[\w-]+\.js$", name) for name in served)
    shell = {f"{server.url}{name.split()[1]}" for name in kept_by(ann)}
    scripts = ann.page.evaluate(
        "[...document.querySelectorAll('script[src], link[rel=stylesheet]')].map((one) => one.src || one.href)"
    )
    assert set(scripts) <= shell


def test_a_newer_page_comes_when_it_is_asked_for(
    ann: Person, server: ServerProcess, another_page: dict[str, str]
) -> None:
    before = kept_by(ann)
    mark(ann)
    server.restart_with(another_page)
    notice = ann.page.get_by_text("Update ready")
    expect(notice).to_be_visible(timeout=30_000)
    for scheme in ("dark", "light"):
        ann.page.emulate_media(color_scheme=scheme)
        assert violations_in(ann.page) == []
    assert is_marked(ann)
    ann.page.get_by_role("button", name="Reload").click()
    expect(ann.page.get_by_role("heading", name=NEW_HEADING)).to_be_visible()
    expect(notice).to_have_count(0)
    assert not is_marked(ann)
    # The worker of the new page has taken over, and what the old one had kept is gone.
    ann.wait_for(ONE_CACHE)
    assert {name.split()[0] for name in kept_by(ann)}.isdisjoint({name.split()[0] for name in before})
    server.kill()
    ann.page.reload()
    expect(ann.page.get_by_role("heading", name=NEW_HEADING)).to_be_visible()


def test_during_a_call_the_newer_page_waits(ann: Person, server: ServerProcess, another_page: dict[str, str]) -> None:
    ann.page.reload()
    ann.join_voice().expect_bar("connected", "Lounge")
    mark(ann)
    server.restart_with(another_page)
    notice = ann.page.get_by_text("Update ready. Reload when the call is over.")
    expect(notice).to_be_visible(timeout=30_000)
    ann.expect_bar("connected", "Lounge", seconds=30)
    reload = ann.page.get_by_role("button", name="Reload")
    expect(reload).to_have_count(0)
    ann.wait_for(WAITS)
    ann.say("still here")
    expect(ann.messages).to_have_count(1)
    assert is_marked(ann)
    ann.bar_button("Disconnect").click()
    expect(ann.page.get_by_text("Update ready", exact=True)).to_be_visible()
    reload.click()
    expect(ann.page.get_by_role("heading", name=NEW_HEADING)).to_be_visible()


def test_another_page_that_is_open_keeps_its_own_worker(
    ann: Person, server: ServerProcess, another_page: dict[str, str]
) -> None:
    ann.page.reload()
    tab = ann.another_tab()
    mark(tab)
    server.restart_with(another_page)
    ann.page.get_by_role("button", name="Reload").click(timeout=30_000)
    expect(ann.page.get_by_role("heading", name=NEW_HEADING)).to_be_visible()
    expect(tab.page.get_by_role("button", name="Reload")).to_be_visible(timeout=30_000)
    assert is_marked(tab)
    ann.wait_for(WAITS)
    # A view that the old page has not loaded yet: the server has it no more, the worker does.
    tab.page.get_by_role("button", name="ann", exact=True).click()
    tab.page.get_by_role("menuitem", name="Settings").click()
    expect(tab.page.get_by_role("heading", name="Voice and devices")).to_be_visible()
    assert is_marked(tab)
    tab.page.close()
    assert any(has_the_new_page_alone(ann) for _ in range(LEAVING_TRIES))


def test_without_a_worker_the_version_of_the_server_tells(
    browser: Browser, server: ServerProcess, tmp_path: Path
) -> None:
    ann = Person(browser.new_context(service_workers="block"), server.url, "ann").log_in()
    notice = ann.page.get_by_text("Update ready", exact=True)
    expect(ann.page.get_by_role("button", name="ann", exact=True)).to_be_visible()
    expect(notice).to_have_count(0)
    server.restart_with(release_of_another_version(tmp_path / "release"))
    expect(notice).to_be_visible(timeout=30_000)
    ann.page.get_by_role("button", name="Not now").click()
    expect(notice).to_have_count(0)
    ann.context.close()
