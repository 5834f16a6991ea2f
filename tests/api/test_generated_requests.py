"""Requests made up from the instance's own description, good and bad, as each role: none is an error of the server's.

`CROMULENT_TEST_REQUESTS=200` makes so many for each route and role.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET

from cromulent.kernel.clock import FakeClock
from tests.api.rights import IN_A_PRIVATE_CHANNEL, NOBODY, Role
from tests.api.scenes import Scene, Theatre
from tests.api.site import ORIGIN, Site
from tests.api.wire_checks import assert_safe_answer

REQUESTS = int(os.environ.get("CROMULENT_TEST_REQUESTS", "3"))


class Stand:
    """One instance for all requests, on a loop of its own."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.runner = asyncio.Runner()
        self.site = self.runner.run(Site.open(folder, clock))
        self.theatre = self.runner.run(Theatre.open(self.site))
        self.schema = self.runner.run(self._schema())
        self._sent = 0

    async def _schema(self) -> Any:
        reader = await self.site.administrator("reader")
        description = (await reader.get(f"{ORIGIN}/api/schema/openapi.json")).json()
        return schemathesis.openapi.from_dict(description)

    def close(self) -> None:
        """End the instance, then the loop."""
        self.runner.run(self.site.close())
        self.runner.close()

    def send(self, role: Role, scene: Scene, route: str, case: Case, *, at_home: bool) -> httpx2.Response:
        """Send what was made up: to an address made up as well, or to one of what there is."""
        self._sent += 1
        browser = self.site.browser(address=f"10.7.{self._sent >> 8 & 255}.{self._sent & 255}")
        if role is not Role.ANONYMOUS:
            browser.cookies.set("session", scene.token)
        method, path = route.split(" ")
        url = scene.url(path) if at_home else ORIGIN + case.formatted_path
        query = {name: str(value) for name, value in (case.query or {}).items()}
        self.site.clock.advance(1)
        return self.runner.run(
            browser.request(
                method, url, params=query, content=encoded(case.body), headers={"content-type": "application/json"}
            )
        )


def encoded(body: object) -> bytes | None:
    """A body as it travels: made up as JSON, or as bytes that are none."""
    if body is NOT_SET or isinstance(body, bytes):
        return body if isinstance(body, bytes) else None
    return json.dumps(body).encode()


@pytest.fixture
def stand(tmp_path: Path, clock: FakeClock) -> Iterator[Stand]:
    """Open while the test runs."""
    made = Stand(tmp_path, clock)
    yield made
    made.close()


def cases_of(schema: Any, route: str) -> st.SearchStrategy[Case]:
    """Requests to a route as its description has it, and such as it excludes."""
    method, path = route.split(" ")
    operation = schema[path][method]
    made = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.body or operation.query:
        made.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    return st.one_of(made)


def try_route(stand: Stand, role: Role, route: str) -> set[int]:
    """Send so many requests to a route; the statuses they were answered with."""
    scene = stand.runner.run(stand.theatre.scene(role, "private", route))
    answered = set[int]()

    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=cases_of(stand.schema, route), at_home=st.booleans())
    def send(case: Case, at_home: bool) -> None:
        answer = stand.send(role, scene, route, case, at_home=at_home)
        answered.add(answer.status_code)
        assert answer.status_code < 500, answer.text
        assert_safe_answer(answer, is_api=answer.url.path.startswith("/api/"))

    send()
    return answered


@pytest.mark.parametrize("role", Role)
def test_no_request_is_an_error_of_the_server(stand: Stand, role: Role) -> None:
    answered = set[int]().union(*(try_route(stand, role, route) for route in IN_A_PRIVATE_CHANNEL))
    assert answered >= ({200, 400, 401} if role in NOBODY else {200, 400, 404})
