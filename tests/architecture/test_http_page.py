"""`docs/protocol.md` names every request the server answers, and no other."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, cast

from litestar.routes import HTTPRoute

from cromulent.web.app import API_PREFIX, Services, create_api
from tests.architecture.document import rows_of
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text()
REQUEST = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) ([^`? ]+)")


def requests_in_code() -> set[tuple[str, str]]:
    """Method and path of every route, parameters as `{id}`; the routes are built but no service is asked anything."""
    no_services = {field.name: cast("Any", None) for field in dataclasses.fields(Services)}
    routes = [route for route in create_api(Services(**no_services)).routes if isinstance(route, HTTPRoute)]
    return {
        (method, re.sub(r"\{[^}]+\}", "{id}", route.path))
        for route in routes
        for method in set(route.methods) - {"OPTIONS", "HEAD"}
        if not route.path.startswith("/api/schema/")
    }


def requests_on_the_page() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for row in rows_of(PAGE, "## HTTP"):
        for method, path in REQUEST.findall(row[0]):
            found.add((method, path if row[0].endswith("(no prefix)") else API_PREFIX + path))
    return found


def test_every_request_is_on_the_page() -> None:
    in_code = requests_in_code()
    assert len(in_code) > 10
    assert in_code == requests_on_the_page()


def test_reading_a_row_finds_its_request() -> None:
    assert REQUEST.findall("`GET /channels/{id}/members?after=<user id>` (public)") == [
        ("GET", "/channels/{id}/members")
    ]
    assert REQUEST.findall("`POST /voice/leave`") == [("POST", "/voice/leave")]
