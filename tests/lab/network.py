"""A second host on this machine: a network namespace on a cable of its own, whose packets a test can drop. Needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def run(*command: str) -> None:
    """Run a system command; its own words are in the failure."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"


class SecondHost:
    """A namespace with the address `address`, joined to this host's `gateway` by a veth pair."""

    def __init__(self, number: int) -> None:
        assert os.geteuid() == 0, "these tests build networks and must run as root"
        for program in ("ip", "iptables"):
            assert shutil.which(program), f"these tests need `{program}` (packages iproute2 and iptables)"
        self.name = f"crom{os.getpid() % 10_000}x{number}"
        self._cable = f"v{self.name}"
        network = f"10.{77 + number}.{os.getpid() % 250}"
        self.gateway = f"{network}.1"
        self.address = f"{network}.2"

    def start(self) -> None:
        """Make the namespace and its cable."""
        inside = f"{self._cable}i"
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", inside)
        run("ip", "link", "set", inside, "netns", self.name)
        run("ip", "addr", "add", f"{self.gateway}/24", "dev", self._cable)
        run("ip", "link", "set", self._cable, "up")
        self.inside("ip", "addr", "add", f"{self.address}/24", "dev", inside)
        self.inside("ip", "link", "set", inside, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "route", "add", "default", "via", self.gateway)

    def inside(self, *command: str) -> None:
        """Run a command in the namespace."""
        run("ip", "netns", "exec", self.name, *command)

    def drop_packets(self) -> None:
        """From now on nothing gets in or out, and nobody is told."""
        self.inside("iptables", "-I", "INPUT", "!", "-i", "lo", "-j", "DROP")
        self.inside("iptables", "-I", "OUTPUT", "!", "-o", "lo", "-j", "DROP")

    def let_packets_flow(self) -> None:
        """Undo `drop_packets`."""
        self.inside("iptables", "-F")

    def browser_in_it(self, folder: Path, chromium: str) -> str:
        """An executable that starts the browser inside the namespace."""
        wrapper = folder / f"chromium-{self.name}"
        wrapper.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {chromium} "$@"\n')
        wrapper.chmod(0o755)
        return str(wrapper)

    def stop(self) -> None:
        """Take it all away."""
        subprocess.run(("ip", "netns", "del", self.name), capture_output=True, check=False)
        subprocess.run(("ip", "link", "del", self._cable), capture_output=True, check=False)
