"""A town for calls: two homes behind real routers, a browser on each computer, and a server with this relay or that."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, StorageState, expect

from tests.browser.fixtures import chromium_path, open_context
from tests.browser.person import Person
from tests.lab.internet import Internet, Line
from tests.lab.network import Namespace
from tests.lab.public_hosts import PublicServer, public_coturn

RAW_ADDRESSES = "--disable-features=WebRtcHideLocalIpsWithMdns"


@dataclass(frozen=True, slots=True)
class Networks:
    """What Ann's and Ben's homes let through, and so by which path they meet."""

    ann: Line
    ben: Line
    path: str = "relay"
    same_home: bool = False


class Town:
    """Two homes, three computers, and the hosts that everybody reaches. Browsers are started as they are needed."""

    def __init__(self, internet: Internet, launch: Callable[..., Browser], folder: Path) -> None:
        self.server, self.relay = internet.public_host("server"), internet.public_host("relay")
        self.somebodys_host = internet.public_host("somebody")
        self._homes = [internet.home("router1"), internet.home("router2")]
        self._ann = internet.person("ann", self._homes[0])
        self._ben = internet.person("ben", self._homes[1])
        self._ben_visiting = internet.person("visitor", self._homes[0])
        self._launch = launch
        self._folder = folder
        self._browsers: dict[tuple[str, bool], Browser] = {}

    def browsers(self, networks: Networks) -> list[Browser]:
        """Ann's and Ben's, with their homes as these networks say."""
        for home, line in zip(self._homes, (networks.ann, networks.ben), strict=True):
            home.become(line)
        ben = self._ben_visiting if networks.same_home else self._ben
        return [self._browser(computer, raw=networks.same_home) for computer in (self._ann, ben)]

    def close(self) -> None:
        """Close the browsers; the hosts go with their internet."""
        for browser in self._browsers.values():
            browser.close()

    def _browser(self, computer: Namespace, *, raw: bool) -> Browser:
        key = (computer.name, raw)
        if key not in self._browsers:
            executable = computer.browser_in_it(self._folder, chromium_path())
            self._browsers[key] = self._launch(executable=executable, extra=(RAW_ADDRESSES,) if raw else ())
        return self._browsers[key]


class Meeting:
    """One server that Ann and Ben use from wherever they are."""

    def __init__(self, town: Town, url: str) -> None:
        self._town = town
        self._url = url
        self._logged_in: dict[str, StorageState] = {}

    @contextmanager
    def people(self, networks: Networks) -> Iterator[list[Person]]:
        """Ann and Ben, each in a fresh page of a browser at home."""
        with ExitStack() as held:
            made: list[Person] = []
            for name, browser in zip(("ann", "ben"), self._town.browsers(networks), strict=True):
                context = open_context(
                    browser,
                    permissions=["microphone"],
                    ignore_https_errors=True,
                    storage_state=self._logged_in.get(name),
                )
                held.callback(context.close)
                made.append(self._come(Person(context, self._url, name)))
            yield made

    def _come(self, person: Person) -> Person:
        if person.user_name in self._logged_in:
            person.page.goto(self._url)
            expect(person.page.get_by_role("navigation", name="Text channels")).to_be_visible()
        else:
            person.log_in_by_form()
            self._logged_in[person.user_name] = person.context.storage_state()
        return person


class Meetings:
    """One meeting at a time, and so one server and one relay; `by` changes them."""

    def __init__(self, town: Town, furnished: Path, folder: Path) -> None:
        self._town = town
        self._furnished = furnished
        self._folder = folder
        self._relay = ""
        self._meeting: Meeting | None = None
        self._held = ExitStack()

    def by(self, relay: str) -> Meeting:
        """The meeting with the relay `built-in`, `coturn` or `none`; nothing else of its server is configured."""
        if self._meeting is None or relay != self._relay:
            self.close()
            self._relay, self._meeting = relay, self._begin(relay)
        return self._meeting

    def close(self) -> None:
        """End what runs."""
        self._held.close()
        self._meeting = None

    def _begin(self, relay: str) -> Meeting:
        folder = Path(tempfile.mkdtemp(prefix=f"{relay}-", dir=self._folder))
        data = Path(shutil.copytree(self._furnished, folder / "data"))
        environment: dict[str, str] = {}
        if relay == "coturn":
            environment = self._held.enter_context(public_coturn(folder / "coturn", self._town.relay))
        arguments = ("--no-relay",) if relay == "none" else ()
        server = PublicServer(data, self._town.server, environment=environment, arguments=arguments)
        self._held.callback(server.stop)
        server.start()
        return Meeting(self._town, server.url)
