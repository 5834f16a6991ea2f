"""A real `cromulent serve` process on a data folder of its own, with the limits for people lifted, and two users logged in to it."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec
from websockets.sync.client import connect

from bench.load import Place
from bench.processes import pin

START_SECONDS = 30
STOP_SECONDS = 20
_LINK = re.compile(r"http\S+/enter#([\w-]+)")
_NO_LIMITS = {
    "CROMULENT_POSTS_PER_10_SECONDS": "100000000",
    "CROMULENT_CONNECTIONS_PER_USER": "1000000",
    "CROMULENT_LOG_LEVEL": "warning",
}


class _Channel(msgspec.Struct):
    id: str
    kind: str


class _Snapshot(msgspec.Struct):
    channels: list[_Channel]


class _Ready(msgspec.Struct):
    snapshot: _Snapshot


@dataclass(frozen=True)
class SignIn:
    """A demonstration link and the login session it gave."""

    link: str
    token: str


class Instance:
    """One running server. Use it as a context manager; its data folder is `folder`."""

    def __init__(self, folder: Path, cores: frozenset[int]) -> None:
        folder.mkdir(parents=True)
        self.port = _free_port()
        self.output = folder / "output.log"
        command = [sys.executable, "-m", "cromulent.cli", "serve", "--demo", "--port", str(self.port)]
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--data", str(folder / "data")],
                env=os.environ | _NO_LIMITS | {"CROMULENT_STUN_PORT": "0"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self.sign_ins = [self._sign_in(link) for link in self._links()]
        pin(self.pid, cores)

    def __enter__(self) -> Instance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def places(self) -> list[Place]:
        """Where the load goes: the text channel, on behalf of each of the users."""
        channel_id = self._text_channel()
        return [Place(self.port, sign_in.token, channel_id) for sign_in in self.sign_ins]

    def _text_channel(self) -> str:
        identify = {"op": "identify", "token": self.sign_ins[0].token}
        client = {"kind": "bot", "device": "bench", "version": "1"}
        with connect(f"ws://127.0.0.1:{self.port}/gateway", compression=None) as gateway:
            gateway.recv(START_SECONDS)  # hello
            gateway.send(msgspec.json.encode(identify | {"client": client}), text=True)
            ready = msgspec.json.decode(gateway.recv(START_SECONDS), type=_Ready)
        return next(channel.id for channel in ready.snapshot.channels if channel.kind == "text")

    def _links(self) -> list[str]:
        """The sign-in links it prints once it serves."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.output.read_text()}")
            links = [match.group() for match in _LINK.finditer(self.output.read_text())]
            if len(links) >= 2 and self._serves():
                return links
            time.sleep(0.05)
        raise RuntimeError(f"no sign-in links within {START_SECONDS} s:\n{self.output.read_text()}")

    def _serves(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _sign_in(self, link: str) -> SignIn:
        match = _LINK.match(link)
        assert match is not None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        connection.request(
            "POST",
            "/api/v1/login/link",
            msgspec.json.encode({"secret": match.group(1)}),
            {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
        )
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie")
        if answer.status != 200 or cookie is None:
            raise RuntimeError(f"signing in was refused: {answer.status} {answer.read().decode()}")
        return SignIn(link, cookie.partition(";")[0].partition("=")[2])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
