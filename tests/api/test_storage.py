"""When the database cannot take a change: a clear error, nothing half done, and the same request succeeds later."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from pathlib import Path

import httpx2
import pytest

from cromulent.bootstrap import database_path
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def general(site: Site) -> str:
    """The id of `#general`."""
    return await site.instance.database.read(
        lambda connection: connection.exec_driver_sql("SELECT id FROM channels WHERE kind = 'text'").scalar_one()
    )


async def set_pragma(site: Site, pragma: str) -> None:
    """On the connection that writes."""
    await site.instance.database.write(lambda unit: unit.connection.exec_driver_sql(f"PRAGMA {pragma}").close())


async def page_count(site: Site) -> int:
    return await site.instance.database.write(
        lambda unit: int(unit.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    )


async def texts(browser: httpx2.AsyncClient, channel_id: str) -> list[str]:
    page = (await browser.get(f"channels/{channel_id}/messages")).json()
    return [message["text"] for message in page["messages"]]


async def test_a_full_disk_refuses_and_later_takes_the_same_message_once(site: Site) -> None:
    browser = await site.administrator()
    url = f"channels/{await general(site)}/messages"
    await set_pragma(site, f"max_page_count={await page_count(site) + 4}")
    body = {"nonce": str(uuid.uuid4()), "text": "0 " + "x" * 3000}
    acknowledged: list[str] = []
    while (answer := await browser.post(url, json=body)).status_code == 201:
        acknowledged.append(body["text"])
        body = {"nonce": str(uuid.uuid4()), "text": f"{len(acknowledged)} " + "x" * 3000}
        site.clock.advance(1)
    assert (answer.status_code, code_of(answer)) == (503, "storage_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert acknowledged
    assert await texts(browser, url.split("/")[1]) == acknowledged
    assert (await browser.get("me")).status_code == 200
    await set_pragma(site, "max_page_count=100000")
    first = await browser.post(url, json=body)
    again = await browser.post(url, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert await texts(browser, url.split("/")[1]) == [*acknowledged, body["text"]]


async def test_nobody_can_log_in_on_a_full_disk_but_who_is_in_stays_in(site: Site) -> None:
    browser = await site.administrator()
    await set_pragma(site, f"max_page_count={await page_count(site)}")
    codes: set[str] = set()
    for _ in range(40):
        answer = await site.browser().post("login", json={"login": "ann", "password": "correct horse battery"})
        codes.add("" if answer.status_code == 200 else code_of(answer))
        if "storage_unavailable" in codes:
            break
    assert codes == {"", "storage_unavailable"}
    assert (await browser.get("login-sessions")).status_code == 200


async def test_a_locked_database_refuses_in_time_and_later_takes_the_same_message_once(
    site: Site, tmp_path: Path
) -> None:
    browser = await site.administrator()
    url = f"channels/{await general(site)}/messages"
    await set_pragma(site, "busy_timeout=20")
    body = {"nonce": str(uuid.uuid4()), "text": "hello"}
    other = sqlite3.connect(database_path(tmp_path), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    answer = await browser.post(url, json=body)
    assert (answer.status_code, code_of(answer)) == (503, "storage_unavailable")
    assert await texts(browser, url.split("/")[1]) == []
    probe = site.browser()
    assert (await probe.get("http://chat.test/healthz")).status_code == 200
    ready = await probe.get("http://chat.test/readyz")
    assert (ready.status_code, code_of(ready)) == (503, "not_ready")
    other.execute("ROLLBACK")
    other.close()
    assert (await probe.get("http://chat.test/readyz")).status_code == 200
    assert [(await browser.post(url, json=body)).status_code for _ in range(2)] == [201, 200]
    assert await texts(browser, url.split("/")[1]) == ["hello"]


async def test_many_who_wait_for_a_locked_database_do_not_wait_for_each_other(site: Site, tmp_path: Path) -> None:
    browser = await site.administrator()
    await set_pragma(site, "busy_timeout=300")
    other = sqlite3.connect(database_path(tmp_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    loop = asyncio.get_running_loop()
    before = loop.time()
    waiting = [site.instance.database.write(lambda unit: None) for _ in range(30)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {getattr(outcome, "code", None) for outcome in outcomes} == {"storage_unavailable"}
    assert loop.time() - before < 3  # one after the other it would be nine
    other.execute("ROLLBACK")
    other.close()
    assert (await browser.post("logout", json={})).status_code == 204
