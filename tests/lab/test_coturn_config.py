"""Debian's coturn with exactly the file `cromulent coturn-config` writes: people are relayed to each other, and to nothing else."""

from __future__ import annotations

import asyncio
import ipaddress
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn

from cromulent.cli.coturn import new_secret, write_coturn_files
from cromulent.kernel.clock import SystemClock
from cromulent.voice import CoturnProvider, CoturnSettings
from tests.lab.network import SecondHost, run
from tests.voice.coturn import answers

pytestmark = pytest.mark.anyio
ADDRESS = "45.91.7.33"
"""An address of the internet, on a cable that ends in this machine."""
PORT = 3478
START_SECONDS = 20.0
REQUESTED_ADDRESS_FAMILY = (0x0017, "REQUESTED-ADDRESS-FAMILY", stun.pack_unsigned, stun.unpack_unsigned)
"""RFC 8656, 18.8; the family stands in the first of the four bytes."""
IPV6_FAMILY = 0x02000000
SPECIAL = ["0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1", "192.0.2.1"]
SPECIAL += ["192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255"]
LOOPBACK = int(ipaddress.IPv4Address("127.0.0.1"))
WRITTEN_AROUND = [
    "::1",
    "::",
    f"::ffff:{ipaddress.IPv4Address(LOOPBACK)}",
    f"::{ipaddress.IPv4Address(LOOPBACK)}",
    f"64:ff9b::{ipaddress.IPv4Address(LOOPBACK)}",
    "2002:7f00:1::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
]


@pytest.fixture
def relay(second_host: SecondHost, tmp_path: Path) -> Iterator[CoturnSettings]:
    """A relay at a public address of its own."""
    second_host.inside("ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
    run("ip", "route", "add", f"{ADDRESS}/32", "via", second_host.address)
    address = ipaddress.IPv4Address(ADDRESS)
    settings = CoturnSettings(address, address, "cromulent.test", new_secret())
    write_coturn_files(tmp_path, settings)
    program = shutil.which("turnserver")
    assert program, "coturn is not installed: apt-get install coturn"
    configuration = tmp_path / "turnserver.conf"
    command = ["ip", "netns", "exec", second_host.name, program, "-c", str(configuration)]
    with (tmp_path / "coturn.log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_until_it_answers(process, tmp_path / "coturn.log")
        yield settings
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def wait_until_it_answers(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(ADDRESS, PORT):
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")


class Ear(asyncio.DatagramProtocol):
    """What comes through the relay."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.put_nowait(data)


@asynccontextmanager
async def allocation(settings: CoturnSettings, user: str) -> AsyncIterator[tuple[Any, Ear]]:
    """What a member's browser gets from the relay, with the credentials the instance gives them."""
    provider = CoturnProvider([f"turn:{ADDRESS}:{PORT}"], settings.secret)
    server = (await provider.servers(user, SystemClock().now())).servers[-1]
    transport, ear = await turn.create_turn_endpoint(
        Ear, server_addr=(ADDRESS, PORT), username=server.username, password=server.credential, transport="udp"
    )
    try:
        yield transport, ear
    finally:
        transport.close()


async def refusal(transport: Any, method: stun.Method, **attributes: Any) -> int:
    """The error code a request is answered with; 0 when it is granted."""
    client = transport._TurnTransport__inner_protocol  # aioice offers no requests of one's own
    request = stun.Message(method, stun.Class.REQUEST)
    for name, value in attributes.items():
        request.attributes[name.replace("_", "-")] = value
    try:
        await client.request_with_retry(request)
    except stun.TransactionFailed as failed:
        return failed.response.attributes["ERROR-CODE"][0]
    return 0


async def test_two_members_are_relayed_to_each_other(relay: CoturnSettings) -> None:
    async with allocation(relay, "ann") as (left, left_ear), allocation(relay, "ben") as (right, right_ear):
        to_left, to_right = left.get_extra_info("sockname"), right.get_extra_info("sockname")
        assert to_left[0] == to_right[0] == ADDRESS
        async with asyncio.timeout(START_SECONDS):
            while left_ear.heard.empty() or right_ear.heard.empty():  # what comes before the permission is dropped
                left.sendto(b"from the left", to_right)
                right.sendto(b"from the right", to_left)
                await asyncio.sleep(0.05)
        assert (left_ear.heard.get_nowait(), right_ear.heard.get_nowait()) == (b"from the right", b"from the left")


async def test_every_special_address_is_refused_however_it_is_written(relay: CoturnSettings) -> None:
    async with allocation(relay, "eve") as (transport, _):
        for number, address in enumerate([*SPECIAL, *WRITTEN_AROUND]):
            peer = (address, 22)
            permission = await refusal(transport, stun.Method.CREATE_PERMISSION, XOR_PEER_ADDRESS=peer)
            channel = await refusal(
                transport, stun.Method.CHANNEL_BIND, CHANNEL_NUMBER=0x4100 + number, XOR_PEER_ADDRESS=peer
            )
            expected = (403, 403) if address in SPECIAL else (443, 443)
            assert (permission, channel) == expected, address
        assert await refusal(transport, stun.Method.CREATE_PERMISSION, XOR_PEER_ADDRESS=("8.8.8.8", 22)) == 0


async def test_nobody_gets_an_ipv6_address_to_relay_from(
    relay: CoturnSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(stun.ATTRIBUTES_BY_NAME, REQUESTED_ADDRESS_FAMILY[1], REQUESTED_ADDRESS_FAMILY)
    async with allocation(relay, "eve") as (transport, _):
        asked = {"REQUESTED_TRANSPORT": 17 << 24, "REQUESTED_ADDRESS_FAMILY": IPV6_FAMILY, "LIFETIME": 60}
        await refusal(transport, stun.Method.REFRESH, LIFETIME=0)
        assert await refusal(transport, stun.Method.ALLOCATE, **asked) == 440
