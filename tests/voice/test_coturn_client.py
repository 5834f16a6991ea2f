"""coturn's own client through the built-in relay, two and two against each other: what is sent arrives."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.cli.certificates import own_certificate
from cromulent.gateway.relay_process import RelayProcess
from cromulent.kernel.clock import SystemClock
from cromulent.relay import RelayTls, RestCredentials
from tests.voice.test_built_in_relay import CREDENTIALS, running, turn_server

pytestmark = pytest.mark.anyio
CLIENTS, MESSAGES = 4, 30
DEADLINE_SECONDS = 120.0
NO_RTCP = "-c"
"""Without it each client wants two ports next to each other, which nobody needs who sends both on one (RFC 8834)."""


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[RelayProcess]:
    """One that speaks TLS too."""
    files = own_certificate(tmp_path / "tls", frozenset({"127.0.0.1"}), SystemClock().now())
    async with running(RelayTls(files.certificate, files.key)) as process:
        yield process


async def uclient(relay: RelayProcess, *options: str) -> str:
    """What it prints in the end."""
    program = shutil.which("turnutils_uclient")
    assert program is not None, "coturn is not installed: apt-get install coturn"
    amount = ("-m", str(CLIENTS), "-n", str(MESSAGES))
    process = await asyncio.create_subprocess_exec(
        *(program, "-y", NO_RTCP, *amount, "-p", str(relay.ports.number), *options, "127.0.0.1"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), DEADLINE_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return printed.decode()


def counts(printed: str) -> tuple[int, int, int]:
    """Messages sent, received, lost."""
    sent, received = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", printed)[-1]
    lost = re.search(r"Total lost packets (\d+)", printed)
    assert lost is not None, printed
    return int(sent), int(received), int(lost.group(1))


async def test_nothing_is_lost_between_its_clients_in_any_way(relay: RelayProcess) -> None:
    relay.seat("ann", "lounge")
    server = turn_server(relay, "ann")
    issued = ("-u", str(server.username), "-w", str(server.credential))
    made = ("-W", CREDENTIALS.secret.decode(), "-u", CREDENTIALS.opaque("ann"))
    ways = {
        "udp": issued,
        "udp, Send indications": ("-s", *issued),
        "udp, permissions and channels asked for again and again": ("-G", *issued),
        "udp, credentials it makes of the secret itself": made,
        "tcp": ("-t", *issued),
        "tcp, Send indications": ("-t", "-s", *issued),
        "tls": ("-t", "-S", *issued),
    }
    printed = await asyncio.gather(*(uclient(relay, *options) for options in ways.values()))
    all_of_it = (CLIENTS * MESSAGES, CLIENTS * MESSAGES, 0)
    assert {way: counts(text) for way, text in zip(ways, printed, strict=True)} == dict.fromkeys(ways, all_of_it)


async def test_with_another_secret_it_gets_nothing(relay: RelayProcess) -> None:
    server = turn_server(relay, "ann", RestCredentials(b"another secret"))
    printed = await uclient(relay, "-u", str(server.username), "-w", str(server.credential))
    assert "tot_send_msgs" not in printed
    assert "Cannot complete Allocation" in printed
