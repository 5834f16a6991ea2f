"""For administrators: whether the ICE servers that are handed out do what they are for."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cromulent.accounts import Identity
from cromulent.admin import AdminService
from cromulent.kernel.clock import to_wire
from cromulent.voice import host_of
from cromulent.web.authentication import ApiRequest
from cromulent.web.body import Nothing


class Failing(msgspec.Struct, frozen=True):
    """Since when a provider gives nothing, and what it did last."""

    since: str
    reason: str


class IceHealthAnswer(msgspec.Struct, frozen=True):
    """Who gives the servers; `failing` is null while they do."""

    provider: str
    failing: Failing | None


class CheckedUrl(msgspec.Struct, frozen=True):
    """One URL that was tried; `said` is what was seen, a part of a sentence."""

    url: str
    outcome: Literal["works", "unreachable", "untrusted", "refused", "full", "silent", "invalid"]
    said: str


class IceCheckAnswer(msgspec.Struct, frozen=True):
    """Whether some relay passes packets on, the whole of it as sentences, and every URL."""

    works: bool
    sentence: str
    urls: list[CheckedUrl]


@get("/admin/ice-servers")
async def show_ice_servers(
    identity: NamedDependency[Identity], admin: NamedDependency[AdminService]
) -> IceHealthAnswer:
    """Who gives the ICE servers, and whether they do."""
    health = await admin.ice_health(identity.user)
    failing = health.failing and Failing(to_wire(health.failing.since), health.failing.reason)
    return IceHealthAnswer(health.provider, failing)


@post("/admin/ice-servers/check", status_code=200)
async def check_ice_servers(
    request: ApiRequest,
    data: JSONBody[Nothing],  # noqa: ARG001 - checked to be empty
    identity: NamedDependency[Identity],
    admin: NamedDependency[AdminService],
) -> IceCheckAnswer:
    """Ask the provider anew, and have every relay it names pass a packet on."""
    report = await admin.check_ice_servers(identity.user, host_of(request.headers.get("host", "")))
    urls = [CheckedUrl(probe.url, probe.outcome.value, probe.said) for probe in report.probes]
    return IceCheckAnswer(report.works, report.sentence, urls)


ROUTES = (show_ice_servers, check_ice_servers)
