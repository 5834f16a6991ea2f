"""What stands on the lab's public segment: an instance as a new user starts it, and a coturn as its own command sets it up."""

from __future__ import annotations

import ipaddress
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cromulent.cli.coturn import CONFIGURATION, ENVIRONMENT, new_secret, write_coturn_files
from cromulent.voice import CoturnSettings
from tests.browser.server_process import ServerProcess
from tests.lab.internet import PublicHost
from tests.launching import Launched, Program, launch_alone, launch_into
from tests.voice.coturn import answers

DEFAULT_PORT = 4000
COTURN_PORT = 3478
COTURN_START_SECONDS = 20.0


class PublicServer(ServerProcess):
    """`cromulent serve --host 0.0.0.0 --tls self` on a host of its own, and nothing else but what a test adds."""

    def __init__(
        self,
        data: Path,
        host: PublicHost,
        *,
        environment: dict[str, str] | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        super().__init__(data, environment=environment, arguments=arguments)
        self.port = DEFAULT_PORT
        self._host = host

    @property
    def url(self) -> str:
        """Where everybody finds it."""
        return f"https://{self._host.address}:{self.port}"

    def setup_link(self) -> str:
        """The printed link, which is for the host itself, as others open it."""
        return super().setup_link().replace("localhost", self._host.address)

    def start(self) -> None:
        """Start it there and wait until it is ready to serve."""
        with self._host.namespace.entered():
            super().start()

    def _launch(self, program: Program) -> Launched:
        """A fork would be of a process in another network."""
        return launch_into(self._output, program, launch_alone)

    def _serve_arguments(self) -> tuple[str, ...]:
        return ("serve", "--host", "0.0.0.0", "--tls", "self", "--data", str(self.data), *self._arguments)


@contextmanager
def public_coturn(folder: Path, host: PublicHost) -> Iterator[dict[str, str]]:
    """A coturn with exactly what `cromulent coturn-config` writes; gives the settings that are written beside it."""
    program = shutil.which("turnserver")
    assert program, "coturn is not installed: apt-get install coturn"
    public = ipaddress.IPv4Address(host.address)
    write_coturn_files(folder, CoturnSettings(public, public, "cromulent.test", new_secret()))
    log = folder / "coturn.log"
    with log.open("w") as output, host.namespace.entered():
        process = subprocess.Popen([program, "-c", folder / CONFIGURATION], cwd=folder, stdout=output, stderr=output)
    try:
        _wait_until_it_answers(process, host, log)
        yield dict(line.split("=", 1) for line in (folder / ENVIRONMENT).read_text().splitlines())
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], host: PublicHost, log: Path) -> None:
    deadline = time.monotonic() + COTURN_START_SECONDS
    with host.namespace.entered():
        while not answers(host.address, COTURN_PORT):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < deadline, log.read_text(errors="replace")
