"""A second host that roams: two cables to this machine, of which one is in use, and an address that may change. Needs root."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.lab.network import SecondHost, run

ADDRESSES = (2, 3)
"""What a router gives the host, in turn: the last byte."""


class Uplink:
    """A cable of its own network between this machine (`.1`) and a namespace, up or down."""

    def __init__(self, namespace: str, name: str, network: str) -> None:
        self.gateway = f"{network}.1"
        self.cable = name
        self._namespace = namespace
        self._network = network
        self._inside = f"{name}i"
        self._leases = 0

    def lay(self) -> None:
        """Make the cable; its end in the namespace is down."""
        run("ip", "link", "add", self.cable, "type", "veth", "peer", "name", self._inside)
        run("ip", "link", "set", self._inside, "netns", self._namespace)
        run("ip", "addr", "add", f"{self.gateway}/24", "dev", self.cable)
        Path(f"/proc/sys/net/ipv4/conf/{self.cable}/rp_filter").write_text("1")  # no carrier takes another's addresses
        run("ip", "link", "set", self.cable, "up")

    @property
    def address(self) -> str:
        """The host's address on this cable."""
        return f"{self._network}.{ADDRESSES[self._leases % len(ADDRESSES)]}"

    def commands_up(self) -> list[str]:
        """For `ip -batch`: plug in, take an address, go out this way."""
        return [
            f"link set {self._inside} up",
            f"addr add {self.address}/24 dev {self._inside}",
            f"route replace default via {self.gateway}",
        ]

    def commands_down(self) -> list[str]:
        """For `ip -batch`: nothing of it is left, not even the address."""
        return [f"addr flush dev {self._inside}", f"link set {self._inside} down"]

    def commands_new_lease(self) -> list[str]:
        """For `ip -batch`: the router has given another address; the old one is worth nothing."""
        self._leases += 1
        return [f"addr flush dev {self._inside}", *self.commands_up()[1:]]


class RoamingHost(SecondHost):
    """`address` and `gateway` are those of the cable in use at first; the gateway is reached by the other one as well."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        first, second = (f"10.{octet + number}.{self.gateway.split('.')[2]}" for octet in (87, 97))
        self._used, self._spare = Uplink(self.name, f"w{self.name}", first), Uplink(self.name, f"l{self.name}", second)
        self.gateway, self.address = self._used.gateway, self._used.address

    def start(self) -> None:
        """Make the namespace and its cables; one is in use."""
        self.add()
        self.set_kernel("net/ipv6/conf/all/disable_ipv6", 1)
        for uplink in (self._used, self._spare):
            uplink.lay()
        self._all_at_once(self._used.commands_up())

    def roam(self) -> None:
        """From one network into the other, as a telephone does on leaving the house."""
        self._used, self._spare = self._spare, self._used
        self._all_at_once([*self._spare.commands_down(), *self._used.commands_up()])
        self.address = self._used.address

    def change_address(self) -> None:
        """The same network gives another address."""
        self._all_at_once(self._used.commands_new_lease())
        self.address = self._used.address

    @property
    def cables(self) -> list[str]:
        """See `SecondHost`."""
        return [self._used.cable, self._spare.cable]

    def _all_at_once(self, commands: list[str]) -> None:
        batch = ("ip", "-netns", self.name, "-batch", "-")
        done = subprocess.run(batch, input="\n".join(commands), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr.strip()
