"""Two people behind real NATs and firewalls: they hear each other, or the bar says why not.

A few telling pairs of networks run every time, and all of them, with each kind of relay, with CROMULENT_TEST_MATRIX=all.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.browser.test_inviting import become_administrator, quick_invite, register
from tests.lab.internet import Line, running_internet
from tests.lab.public_hosts import PublicServer
from tests.lab.town import Meetings, Networks, Town

PLAIN, SYMMETRIC, NO_UDP = Line
EVERYTHING = os.environ.get("CROMULENT_TEST_MATRIX") == "all"
SOUND_SECONDS, NAMED_SECONDS = (5.0, 20.0) if EVERYTHING else (15.0, 30.0)
"""What is promised, on a machine that does nothing else; and where it does, how long the bar waits until it names a reason."""
FIRST_SOUND = "window.__observed.energy().then((energy) => energy > 0.001)"
MICROPHONE_IS_OPEN = "window.__observed.liveTracks() > 0"
SENTENCES = {
    "nat_no_relay": "no direct path was found, and this server has no relay",
    "udp_blocked": "your network lets no voice traffic (UDP) through",
}
NETWORKS = {
    "same-lan": Networks(PLAIN, PLAIN, "direct", same_home=True),
    "plain-plain": Networks(PLAIN, PLAIN, "direct"),
    "plain-symmetric": Networks(PLAIN, SYMMETRIC),
    "symmetric-symmetric": Networks(SYMMETRIC, SYMMETRIC),
    "udp-blocked-on-one-side": Networks(PLAIN, NO_UDP),
    "udp-blocked-on-both": Networks(NO_UDP, NO_UDP),
}
RELAYS = ("built-in", "coturn", "none")
TELLING = {
    ("built-in", "udp-blocked-on-both"),
    ("none", "symmetric-symmetric"),
}


def selected(*, possible: bool) -> list[object]:
    """The rows of this run in which people can meet, or cannot."""
    rows = [(relay, name) for relay in RELAYS for name in NETWORKS]
    wanted = [row for row in rows if (EVERYTHING or row in TELLING) and can_meet(*row) is possible]
    return [pytest.param(relay, NETWORKS[name], id=f"{relay}:{name}") for relay, name in wanted]


def can_meet(relay: str, name: str) -> bool:
    return relay != "none" or NETWORKS[name].path == "direct"


@pytest.fixture(scope="module")
def town(launch: Callable[..., Browser], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The internet of this module."""
    with running_internet() as internet:
        made = Town(internet, launch, tmp_path_factory.mktemp("browsers"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def meetings(town: Town, furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meetings]:
    """Meetings with one relay after the other."""
    made = Meetings(town, furnished, tmp_path_factory.mktemp("public"))
    yield made
    made.close()


def seconds_to_sound(ann: Person, ben: Person) -> float:
    """Ann talks alone in the room; how long after Ben's click he hears her. Her tone may be at a pause of a second just then."""
    ann.join_voice().expect_bar("connected", "Lounge")
    ann.wait_for(MICROPHONE_IS_OPEN)
    with ann.talking():
        clicked_at = time.monotonic()
        ben.join_voice().wait_for(FIRST_SOUND, seconds=SOUND_SECONDS)
        return time.monotonic() - clicked_at


def expect_call(ann: Person, ben: Person, path: str) -> None:
    """Both bars are green, the path is the one expected, and Ben is heard as well."""
    for person, other in ((ann, ben), (ben, ann)):
        person.expect_bar("connected", "Lounge")
        entry = person.participants().filter(has_text=other.user_name)
        expect(entry).to_have_attribute("data-path", path)
    ben.wait_for(MICROPHONE_IS_OPEN)
    with ben.talking():
        assert ann.hears()


@pytest.mark.parametrize(("relay", "networks"), selected(possible=True))
def test_they_hear_each_other(
    meetings: Meetings, relay: str, networks: Networks, record_property: Callable[[str, object], None]
) -> None:
    with meetings.by(relay).people(networks) as (ann, ben):
        seconds = seconds_to_sound(ann, ben)
        record_property("seconds_to_sound", round(seconds, 2))
        print(f"sound after {seconds:.2f} s")
        expect_call(ann, ben, networks.path)


@pytest.mark.parametrize(("relay", "networks"), selected(possible=False))
def test_without_a_relay_they_are_told_why_they_cannot(
    meetings: Meetings, relay: str, networks: Networks, record_property: Callable[[str, object], None]
) -> None:
    with meetings.by(relay).people(networks) as two:
        for person in two:
            person.join_voice()
        clicked_at = time.monotonic()
        for person, line in zip(two, (networks.ann, networks.ben), strict=True):
            code = "udp_blocked" if line is NO_UDP else "nat_no_relay"
            reason = person.bar.locator("[data-reason]")
            expect(reason).to_have_attribute("data-reason", code, timeout=NAMED_SECONDS * 1000)
            expect(reason).to_contain_text(re.compile(re.escape(SENTENCES[code]), re.IGNORECASE))
            person.expect_bar_is_not("connected")
        seconds = time.monotonic() - clicked_at
        record_property("seconds_to_reason", round(seconds, 2))
        print(f"both told after {seconds:.2f} s")


def test_who_configures_nothing_is_heard_from_behind_symmetric_nats(town: Town, tmp_path: Path) -> None:
    server = PublicServer(tmp_path / "data", town.somebodys_host)
    with ExitStack() as held:
        held.callback(server.stop)
        server.start()
        two: list[Person] = []
        for name, browser in zip(("zoe", "ben"), town.browsers(NETWORKS["symmetric-symmetric"]), strict=True):
            context = browser.new_context(permissions=["microphone"], ignore_https_errors=True)
            held.callback(context.close)
            two.append(Person(context, server.url, name))
        zoe, ben = two
        become_administrator(zoe.page, server)
        register(ben.page, quick_invite(zoe.page), ben.user_name)
        print(f"sound after {seconds_to_sound(zoe, ben):.2f} s")
        expect_call(zoe, ben, "relay")
