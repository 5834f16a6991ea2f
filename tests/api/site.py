"""A whole instance spoken to over HTTP without a network, and the browsers that speak to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from cromulent.accounts import checked_account
from cromulent.bootstrap import Instance, open_instance
from cromulent.config import Config
from cromulent.kernel.clock import FakeClock

ORIGIN = "http://chat.test"
API = f"{ORIGIN}/api/v1"
PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


class Site:
    """An instance with the clock it runs on."""

    def __init__(self, instance: Instance, clock: FakeClock) -> None:
        self.instance = instance
        self.clock = clock
        self._clients: list[httpx2.AsyncClient] = []

    @classmethod
    async def open(cls, folder: Path, clock: FakeClock, **settings: Any) -> Site:
        """Open the instance in `folder`; `settings` are those of `Config`."""
        config = Config(data=str(folder), stun_port=0, **settings)
        return cls(await open_instance(config, clock), clock)

    async def close(self) -> None:
        """End the browsers, then the instance."""
        for client in self._clients:
            await client.aclose()
        await self.instance.close()

    def browser(self, origin: str = ORIGIN, address: str = "192.0.2.1") -> httpx2.AsyncClient:
        """A browser on a page of the instance, with cookies of its own. Relative URLs are below `/api/v1`."""
        transport = httpx2.ASGITransport(app=self.instance.app, client=(address, 50000))
        client = httpx2.AsyncClient(
            transport=transport,
            base_url=f"{origin}/api/v1/",
            headers={"origin": origin, "user-agent": FIREFOX},
        )
        self._clients.append(client)
        return client

    def program(self, token: str | None = None) -> httpx2.AsyncClient:
        """A client that is no browser: no cookies, no origin, perhaps a bearer token."""
        client = self.browser()
        del client.headers["origin"]
        if token is not None:
            client.headers["authorization"] = f"Bearer {token}"
        return client

    async def administrator(self, user_name: str = "ann", email: str | None = None) -> httpx2.AsyncClient:
        """The browser of a new administrator who is logged in."""
        await self.instance.accounts.create_administrator(checked_account(user_name, email, PASSWORD))
        return await self.logged_in(user_name)

    async def logged_in(self, login: str) -> httpx2.AsyncClient:
        """A browser in which somebody has logged in."""
        browser = self.browser()
        answer = await browser.post("login", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser


def code_of(answer: httpx2.Response) -> str:
    """The code of a problem; fails when the answer is none, or one that lacks a member."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    return str(problem["code"])


def without_request_id(answer: httpx2.Response) -> bytes:
    """A problem's body with the one thing that may differ blanked."""
    return answer.content.replace(str(answer.json()["request_id"]).encode(), b"")
