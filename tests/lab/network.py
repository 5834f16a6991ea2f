"""Other hosts on this machine: network namespaces, and a second host on a cable whose packets a test can drop. Needs root."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OWN_NETWORK = "/proc/thread-self/ns/net"
_CLONE_NEWNET = 0x40000000
"""See unshare(2)."""
_LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command: str) -> None:
    """Run a system command; its own words are in the failure."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"


class Namespace:
    """A network of its own by the name `name`, and what runs in it."""

    def __init__(self, name: str) -> None:
        assert os.geteuid() == 0, "these tests build networks and must run as root"
        for program in ("ip", "iptables"):
            assert shutil.which(program), f"these tests need `{program}` (packages iproute2 and iptables)"
        self.name = name

    def add(self) -> None:
        """Make it, with a loopback."""
        run("ip", "netns", "add", self.name)
        self.inside("ip", "link", "set", "lo", "up")

    def set_kernel(self, name: str, value: int) -> None:
        """Set one of the kernel's variables, by its path under /proc/sys."""
        self.inside("sh", "-c", f"echo {value} >/proc/sys/{name}")

    def inside(self, *command: str) -> None:
        """Run a command in here."""
        run("ip", "netns", "exec", self.name, *command)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The sockets and processes this thread makes in the block are in here, and stay so."""
        outside = os.open(_OWN_NETWORK, os.O_RDONLY)
        here = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _move_to(here)
            try:
                yield
            finally:
                _move_to(outside)
        finally:
            os.close(here)
            os.close(outside)

    def browser_in_it(self, folder: Path, chromium: str) -> str:
        """An executable that starts the browser in here."""
        wrapper = folder / f"chromium-{self.name}"
        wrapper.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {chromium} "$@"\n')
        wrapper.chmod(0o755)
        return str(wrapper)

    def delete(self) -> None:
        """Take it away, with its ends of cables."""
        subprocess.run(("ip", "netns", "del", self.name), capture_output=True, check=False)


def move_into_own_network() -> None:
    """This thread and all it starts from now on are alone: with a loopback, and a cable that goes nowhere, so that they are on line.

    Ports are nobody else's, and a cable laid in another network is no change of this one. No name server can be reached, so nobody
    waits for one longer than a second.
    """
    os.environ["RES_OPTIONS"] = "timeout:1 attempts:1"
    if _LIBC.unshare(_CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "nowhere")
    run("ip", "link", "set", "nowhere", "up")
    run("ip", "addr", "add", "10.76.0.2/24", "dev", "eth0")
    run("ip", "link", "set", "eth0", "up")
    run("ip", "route", "add", "default", "via", "10.76.0.1")


def _move_to(network: int) -> None:
    """Move this thread to a network, given as an open file."""
    if _LIBC.setns(network, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class SecondHost(Namespace):
    """A namespace with the address `address`, joined to this host's `gateway` by a veth pair."""

    def __init__(self, number: int) -> None:
        super().__init__(f"crom{os.getpid() % 10_000}x{number}")
        self._cable = f"v{self.name}"
        network = f"10.{77 + number}.{os.getpid() % 250}"
        self.gateway = f"{network}.1"
        self.address = f"{network}.2"
        self._cut: list[str] = []

    def start(self) -> None:
        """Make the namespace and its cable."""
        inside = f"{self._cable}i"
        self.add()
        run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", inside)
        run("ip", "link", "set", inside, "netns", self.name)
        run("ip", "addr", "add", f"{self.gateway}/24", "dev", self._cable)
        run("ip", "link", "set", self._cable, "up")
        self.inside("ip", "addr", "add", f"{self.address}/24", "dev", inside)
        self.inside("ip", "link", "set", inside, "up")
        self.inside("ip", "route", "add", "default", "via", self.gateway)

    @property
    def cables(self) -> list[str]:
        """This machine's ends of the cables to it."""
        return [self._cable]

    def drop_packets(self) -> None:
        """From now on nothing gets in or out, and nobody is told: who sends hears of no error, so each side drops what it gets."""
        self.inside("iptables", "-w", "-I", "INPUT", "!", "-i", "lo", "-j", "DROP")
        for cable in self.cables:
            run("iptables", "-w", "-I", "INPUT", "-i", cable, "-j", "DROP")
            self._cut.append(cable)

    def let_packets_flow(self) -> None:
        """Undo `drop_packets`."""
        while self._cut:
            run("iptables", "-w", "-D", "INPUT", "-i", self._cut.pop(), "-j", "DROP")
        self.inside("iptables", "-w", "-F")

    def stop(self) -> None:
        """Take it all away."""
        for cable in self._cut:
            subprocess.run(
                ("iptables", "-w", "-D", "INPUT", "-i", cable, "-j", "DROP"), capture_output=True, check=False
            )
        self.delete()
        for cable in self.cables:
            subprocess.run(("ip", "link", "del", cable), capture_output=True, check=False)
