"""What `serve` says of voice: what people are told of, what must be opened, and the one warning where that will not do."""

from __future__ import annotations

import os
import selectors
import signal
import socket
from pathlib import Path

import pytest

from cromulent.cli.addresses import outgoing_address
from cromulent.cli.voice_port import Surroundings, VoicePort, voice_lines
from tests.browser.processes import children_of
from tests.cli.processes import PATIENCE_SECONDS, Serving
from tests.ports import free_port

HOME = Surroundings("192.168.1.20", container=False)
EVERYTHING = VoicePort(3478, relay=True, tcp=True, tls=True)


def test_what_is_offered_and_what_must_be_opened_is_said() -> None:
    told, needed = voice_lines(EVERYTHING, HOME)
    assert "STUN and a relay at port 3478" in told
    assert told.endswith("by UDP, TCP, TLS.")
    assert "3478/udp and 3478/tcp open" in needed
    told, needed = voice_lines(VoicePort(3478, relay=False), HOME)
    assert "STUN and no relay" in told
    assert "3478/udp open" in needed
    assert voice_lines(VoicePort(0, relay=False), HOME) == []


@pytest.mark.parametrize(
    ("address", "container", "says"),
    [
        ("100.64.0.1", False, "carrier's NAT"),
        ("100.127.255.254", False, "carrier's NAT"),
        ("172.17.0.2", False, "container's bridge: publish 3478/udp and 3478/tcp"),
        ("172.18.0.2", True, "container's bridge"),
        ("172.18.0.2", False, None),
        ("10.0.0.5", True, None),
        ("100.128.0.1", False, None),
        (None, False, None),
    ],
)
def test_there_is_one_warning_where_nobody_outside_gets_in(
    address: str | None, container: bool, says: str | None
) -> None:
    warnings = voice_lines(EVERYTHING, Surroundings(address, container))[2:]
    assert len(warnings) == (0 if says is None else 1)
    assert all(str(says) in line for line in warnings)


def test_the_address_packets_leave_from_is_one_of_the_machine() -> None:
    address = outgoing_address()
    if address is not None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))


def test_an_instance_that_configures_nothing_relays_and_its_relay_ends_with_it_however_that_ends(
    tmp_path: Path,
) -> None:
    port = free_port()
    for how in (signal.SIGKILL, signal.SIGTERM):  # the second start finds the port free though the first was killed
        with Serving("--data", str(tmp_path), "--stun-port", str(port)) as server:
            server.wait_for(f"STUN and a relay at port {port}")
            [relay] = children_of(server.pid, "cromulent.relay")
            server.end(how)
        until_gone(relay)


def until_gone(pid: int) -> None:
    """Wait for the end of a process that is not ours to wait for."""
    descriptor = None
    try:
        descriptor = os.pidfd_open(pid)
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            assert selector.select(PATIENCE_SECONDS), "the relay goes on without its server"
    except ProcessLookupError:
        pass
    finally:
        if descriptor is not None:
            os.close(descriptor)


def test_no_relay_leaves_stun(tmp_path: Path) -> None:
    port = free_port()
    with Serving("--data", str(tmp_path), "--stun-port", str(port), "--no-relay") as server:
        server.wait_for(f"STUN and no relay at port {port}")
        assert children_of(server.pid, "cromulent.relay") == []


def test_a_port_that_is_taken_costs_the_relay_and_not_the_server(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        port = int(taken.getsockname()[1])
        with Serving("--data", str(tmp_path), "--stun-port", str(port)) as server:
            assert server.end() == 0
        assert not any("relay at port" in line for line in server.lines)
        assert any("relay_port_not_opened" in line for line in server.log)
