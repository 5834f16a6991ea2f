"""A small internet: a public segment for servers, and homes behind routers with real NATs and firewalls. Its addresses exist in
its own namespaces only, so any number of them can stand on one machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from tests.lab.network import Namespace

SEGMENT = "45.91.7"
"""Public addresses: a relay that refuses special ones takes them for people of the internet."""


class Line(StrEnum):
    """What a home's router does with what its people send."""

    PLAIN = "plain"
    """One public port for each of theirs, whoever is asked; in comes only what answers."""
    SYMMETRIC = "symmetric"
    """Another public port for each address they speak to."""
    NO_UDP = "no UDP"
    """As plain, and a firewall lets no UDP through."""


@dataclass(frozen=True, slots=True)
class PublicHost:
    """A host that everybody reaches."""

    namespace: Namespace
    address: str


class Home:
    """A router, with its people on one cable behind it."""

    def __init__(self, router: Namespace, network: str) -> None:
        self._router = router
        self.network = network
        self.people = 0

    def add(self) -> None:
        """Set the router up: it forwards, and answers nobody outside.

        What arrives unasked must vanish: an entry of it in the router's table would take the port that is to be punched.
        """
        inside = self._router.inside
        inside("ip", "link", "add", "lan", "type", "bridge")
        inside("ip", "addr", "add", f"{self.network}.1/24", "dev", "lan")
        inside("ip", "link", "set", "lan", "up")
        self._router.set_kernel("net/ipv4/ip_forward", 1)
        inside("iptables", "-w", "-A", "INPUT", "-i", "wan", "-j", "DROP")
        self.become(Line.PLAIN)

    def become(self, line: Line) -> None:
        """Be such a line from the next connection on."""
        inside = self._router.inside
        masquerade = ["-A", "POSTROUTING", "-o", "wan", "-j", "MASQUERADE"]
        for rules in (["-t", "nat", "-F", "POSTROUTING"], ["-F", "FORWARD"]):
            inside("iptables", "-w", *rules)
        inside("iptables", "-w", "-t", "nat", *masquerade, *(["--random-fully"] if line is Line.SYMMETRIC else []))
        if line is Line.NO_UDP:
            inside("iptables", "-w", "-A", "FORWARD", "-p", "udp", "-j", "DROP")

    def admit(self, person: Namespace) -> None:
        """Plug somebody's computer in."""
        self.people += 1
        _plug(person, "eth0", f"{self.network}.{10 + self.people}", self._router, "lan")
        person.inside("ip", "route", "add", "default", "via", f"{self.network}.1")


class Internet:
    """The public segment, and all that hangs on it; `running_internet` makes one."""

    def __init__(self, held: ExitStack) -> None:
        self._held = held
        self._segment = self._namespace("net")
        self._segment.inside("ip", "link", "add", "lan", "type", "bridge")
        self._segment.inside("ip", "link", "set", "lan", "up")
        self._addresses = 0

    def public_host(self, name: str) -> PublicHost:
        """A host that everybody reaches."""
        host = self._namespace(name)
        return PublicHost(host, self._connect(host, "eth0"))

    def home(self, name: str) -> Home:
        """A home of which the world sees one address."""
        router = self._namespace(name)
        self._connect(router, "wan")
        home = Home(router, f"192.168.{self._addresses}")
        home.add()
        return home

    def person(self, name: str, home: Home) -> Namespace:
        """Somebody's computer, at home."""
        computer = self._namespace(name)
        home.admit(computer)
        return computer

    def _namespace(self, name: str) -> Namespace:
        made = Namespace(f"crom{os.getpid()}-{name}")
        self._held.callback(made.delete)
        made.add()
        for interfaces in ("all", "default"):
            made.set_kernel(f"net/ipv6/conf/{interfaces}/disable_ipv6", 1)
        return made

    def _connect(self, host: Namespace, interface: str) -> str:
        self._addresses += 1
        address = f"{SEGMENT}.{self._addresses}"
        _plug(host, interface, address, self._segment, "lan")
        return address


@contextmanager
def running_internet() -> Iterator[Internet]:
    """An internet for as long as the block lasts."""
    with ExitStack() as held:
        yield Internet(held)


def _plug(host: Namespace, interface: str, address: str, switch: Namespace, bridge: str) -> None:
    """Lay a cable from a host to a bridge."""
    port = f"p{address.rsplit('.', 1)[1]}"
    switch.inside("ip", "link", "add", port, "type", "veth", "peer", "name", interface, "netns", host.name)
    switch.inside("ip", "link", "set", port, "master", bridge, "up")
    host.inside("ip", "addr", "add", f"{address}/24", "dev", interface)
    host.inside("ip", "link", "set", interface, "up")
