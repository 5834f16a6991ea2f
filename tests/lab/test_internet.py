"""The lab's routers do what their lines are named for: so a call that passes them, or fails, says something of the call."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.lab.internet import Internet, Line, running_internet
from tests.lab.network import Namespace

HELLO = b"hello"
ANSWER_SECONDS = 0.3
NAMED_SECONDS = 5.0
PLAIN, SYMMETRIC, NO_UDP = Line
Address = tuple[str, int]


@pytest.fixture(scope="module")
def internet() -> Iterator[Internet]:
    """Nothing on it yet."""
    with running_internet() as running:
        yield running


class Street:
    """Two homes with somebody in each, and a server that tells them apart."""

    def __init__(self, internet: Internet) -> None:
        server = internet.public_host("server")
        self._address = server.address
        self._asked = [datagrams(server.namespace) for _ in range(2)]
        self.homes = [internet.home("router1"), internet.home("router2")]
        self.people = [internet.person(f"person{number}", home) for number, home in enumerate(self.homes)]

    def become(self, *lines: Line) -> None:
        """Give each home its line."""
        for home, line in zip(self.homes, lines, strict=True):
            home.become(line)

    def seen_as(self, line: socket.socket) -> list[Address | None]:
        """Whom the server sees at each of its ports when somebody speaks from one socket."""
        seen: list[Address | None] = []
        for asked in self._asked:
            line.sendto(HELLO, (self._address, asked.getsockname()[1]))
            seen.append(heard_from(asked))
        return seen


@pytest.fixture(scope="module")
def street(internet: Internet) -> Street:
    """Two homes."""
    return Street(internet)


def datagrams(host: Namespace) -> socket.socket:
    with host.entered():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("0.0.0.0", 0))
    made.settimeout(ANSWER_SECONDS)
    return made


def heard_from(line: socket.socket) -> Address | None:
    try:
        return line.recvfrom(99)[1]
    except TimeoutError:
        return None


def punch(one: socket.socket, other: socket.socket, addresses: list[Address | None]) -> bool:
    """Whether two who speak to where the server saw each other hear each other."""
    to_one, to_other = addresses
    assert to_one is not None
    assert to_other is not None
    one.sendto(HELLO, to_other)  # arrives unasked, and opens the way for what comes back
    assert heard_from(other) is None
    other.sendto(HELLO, to_one)
    if heard_from(one) is None:
        return False
    one.sendto(HELLO, to_other)
    return heard_from(other) is not None


@pytest.mark.parametrize(
    ("lines", "reached"),
    [((PLAIN, PLAIN), True), ((PLAIN, SYMMETRIC), False), ((SYMMETRIC, PLAIN), False), ((SYMMETRIC, SYMMETRIC), False)],
    ids=["plain-plain", "plain-symmetric", "symmetric-plain", "symmetric-symmetric"],
)
def test_only_two_plain_lines_reach_each_other(street: Street, lines: tuple[Line, Line], *, reached: bool) -> None:
    street.become(*lines)
    one, other = (datagrams(person) for person in street.people)
    seen = [street.seen_as(line) for line in (one, other)]
    for line, (first, second) in zip(lines, seen, strict=True):
        assert (first == second) is (line is PLAIN)
    assert punch(one, other, [addresses[0] for addresses in seen]) is reached


def test_a_line_without_udp_lets_only_tcp_through(internet: Internet, street: Street) -> None:
    street.become(NO_UDP, PLAIN)
    assert street.seen_as(datagrams(street.people[0])) == [None, None]
    host = internet.public_host("listener")
    with host.namespace.entered(), socket.create_server(("0.0.0.0", 0)) as listener:
        listener.settimeout(NAMED_SECONDS)
        with street.people[0].entered():
            line = socket.create_connection((host.address, listener.getsockname()[1]), timeout=NAMED_SECONDS)
        with line, listener.accept()[0] as accepted:
            line.sendall(HELLO)
            assert accepted.recv(99) == HELLO
