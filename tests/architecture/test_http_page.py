"""`docs/protocol.md` names every request the server answers, and no other."""

from __future__ import annotations

import re

from litestar.routes import HTTPRoute

from cromulent.web.app import API_PREFIX, routes
from tests.architecture.document import rows_of
from tests.architecture.tree import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text()
REQUEST = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) ([^`? ]+)")


def requests_in_code() -> set[tuple[str, str]]:
    """Method and path of every route, parameters as `{id}`."""
    http_routes = [route for route in routes().routes if isinstance(route, HTTPRoute)]
    return {
        (method, re.sub(r"\{[^}]+\}", "{id}", route.path))
        for route in http_routes
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
