"""All checks, in the order they are printed: in the running server, or in a process that tries what a server would do."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cromulent.bootstrap import database_of
from cromulent.cli.banner import Site, site_of
from cromulent.cli.doctor.certificate import files_there, tls_finding
from cromulent.cli.doctor.database import database_findings
from cromulent.cli.doctor.disk import disk_finding
from cromulent.cli.doctor.findings import Finding, without_secrets
from cromulent.cli.doctor.ports import own_port_findings, page_finding
from cromulent.cli.doctor.proxy import proxy_findings
from cromulent.cli.doctor.relays import relay_findings
from cromulent.cli.voice_port import Surroundings
from cromulent.config import Config
from cromulent.gateway import OwnPort, RelayWish, open_own_port
from cromulent.kernel.clock import Clock, SystemClock
from cromulent.relay import RelayTls, RestCredentials


@dataclass(frozen=True, slots=True)
class Case:
    """What is examined. `listening` and `instance_id` are those of a running server, None where there is none."""

    config: Config
    site: Site
    own_port: OwnPort
    listening: int | None = None
    instance_id: str | None = None


async def examine(case: Case, clock: Clock) -> list[Finding]:
    """Every check, none of which changes anything that stays."""
    config, now = case.config, clock.now()
    parts = await asyncio.gather(
        asyncio.to_thread(database_findings, database_of(config), now),
        _alone(asyncio.to_thread(disk_finding, config.data_folder)),
        _alone(page_finding(config, case.listening)),
        _alone(asyncio.to_thread(tls_finding, config, case.site, now)),
        proxy_findings(config, case.instance_id),
        asyncio.to_thread(own_port_findings, config, case.own_port, Surroundings.seen()),
        relay_findings(config, case.own_port, case.site, now),
    )
    findings = [finding for part in parts for finding in part]
    return without_secrets(findings, config)


async def _alone(finding: Awaitable[Finding]) -> list[Finding]:
    return [await finding]


async def examine_stopped(config: Config) -> list[Finding]:
    """The checks while no server runs: its ports are taken, and a relay is run, for as long as they last."""
    clock = SystemClock()
    async with _own_port(config, clock) as own:
        return await examine(Case(config, site_of(config, config.port), own), clock)


@asynccontextmanager
async def _own_port(config: Config, clock: Clock) -> AsyncGenerator[OwnPort]:
    files = files_there(config)
    wish = RelayWish(RestCredentials(secrets.token_bytes(32)), files and RelayTls(files.certificate, files.key))
    own = await open_own_port(config.stun_port, clock, wish if config.turn.provider == "built-in" else None)
    try:
        yield own
    finally:
        await own.close()
