"""A real `cromulent serve` process on a data folder of its own, with the limits for people lifted, and two users logged in to it."""

from __future__ import annotations

import http.client
import os
import re
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec
from websockets.sync.client import connect

from bench.load import Place
from bench.loopback import HOST, PROBE_SECONDS, START_SECONDS, free_port, is_listening
from bench.processes import pin

STOP_SECONDS = 20
_LINK = re.compile(r"http\S+/enter#([\w-]+)")
_NO_LIMITS = {
    "CROMULENT_POSTS_PER_10_SECONDS": "100000000",
    "CROMULENT_CONNECTIONS_PER_USER": "1000000",
    "CROMULENT_LOG_LEVEL": "warning",
}


class Channel(msgspec.Struct):
    """A channel as the instance describes it."""

    id: str
    kind: str
    name: str


class _Invited(msgspec.Struct):
    secret: str


class _Created(msgspec.Struct):
    channel: Channel


class _Message(msgspec.Struct):
    id: str


class _Page(msgspec.Struct):
    messages: list[_Message]


class _Snapshot(msgspec.Struct):
    channels: list[Channel]


class _Ready(msgspec.Struct):
    snapshot: _Snapshot


@dataclass(frozen=True)
class SignIn:
    """A demonstration link and the login session it gave."""

    link: str
    token: str


class Instance:
    """One running server. Use it as a context manager; its data folder is `folder`."""

    def __init__(
        self, folder: Path, cores: frozenset[int], database_url: str | None = None, *, voice_port: int = 0
    ) -> None:
        """Without `database_url` it keeps everything in an SQLite file; without `voice_port` it has no relay."""
        folder.mkdir(parents=True)
        self.port = free_port()
        self.output = folder / "output.log"
        command = [sys.executable, "-m", "cromulent.cli", "serve", "--demo", "--port", str(self.port)]
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--data", str(folder / "data")],
                env=os.environ
                | _NO_LIMITS
                | {"CROMULENT_STUN_PORT": str(voice_port)}
                | ({"CROMULENT_DATABASE_URL": database_url} if database_url else {}),
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
        channel_id = self.text_channel().id
        return [Place(self.port, sign_in.token, channel_id) for sign_in in self.sign_ins]

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        return f"http://localhost:{self.port}"

    def create_channel(self, name: str) -> str:
        """The id of a new text channel, with the administrator in it."""
        return self._create({"kind": "text", "name": name})

    def create_voice_channel(self, name: str) -> str:
        """The id of a new voice channel, with everybody in it."""
        return self._create({"kind": "voice", "name": name, "is_default": True})

    def _create(self, body: dict[str, object]) -> str:
        answer = self._request("POST", "/channels", msgspec.json.encode(body))
        return msgspec.json.decode(answer, type=_Created).channel.id

    def register(self, count: int) -> list[str]:
        """The tokens of so many more users: up to eighteen, for from one address not more may register in an hour."""
        invite = msgspec.json.decode(self._request("POST", "/admin/invites", b"{}"), type=_Invited).secret
        bodies = [
            {"user_name": f"person-{number}", "password": secrets.token_hex(12), "invite": invite}
            for number in range(count)
        ]
        return [self._entered("register", body) for body in bodies]

    def choose(self, settings: dict[str, object]) -> None:
        """What the first user chooses for themselves, on all their pages."""
        self._request("PATCH", "/me/settings", msgspec.json.encode(settings))

    def newest_message(self, place: Place) -> str:
        """The id of the newest message of a channel the administrator is in."""
        answer = self._request("GET", f"/channels/{place.channel_id}/messages?limit=1")
        return msgspec.json.decode(answer, type=_Page).messages[-1].id

    def text_channel(self) -> Channel:
        """The channel of the demonstration people write in."""
        identify = {"op": "identify", "token": self.sign_ins[0].token}
        client = {"kind": "bot", "device": "bench", "version": "1"}
        with connect(f"ws://{HOST}:{self.port}/gateway", compression=None) as gateway:
            gateway.recv(START_SECONDS)  # hello
            gateway.send(msgspec.json.encode(identify | {"client": client}), text=True)
            ready = msgspec.json.decode(gateway.recv(START_SECONDS), type=_Ready)
        return next(channel for channel in ready.snapshot.channels if channel.kind == "text")

    def _links(self) -> list[str]:
        """The sign-in links it prints once it serves."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.output.read_text()}")
            links = [match.group() for match in _LINK.finditer(self.output.read_text())]
            if len(links) >= 2 and is_listening(self.port):
                return links
            time.sleep(PROBE_SECONDS)
        raise RuntimeError(f"no sign-in links within {START_SECONDS} s:\n{self.output.read_text()}")

    def _request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Ask on behalf of the first user, who is an administrator."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=START_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.sign_ins[0].token}"}
        connection.request(method, f"/api/v1{path}", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"{method} {path} was refused: {answer.status} {content.decode()}")
        return content

    def _sign_in(self, link: str) -> SignIn:
        match = _LINK.match(link)
        assert match is not None
        return SignIn(link, self._entered("login/link", {"secret": match.group(1)}))

    def _entered(self, path: str, body: dict[str, str]) -> str:
        """The token of the login session this gives."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=START_SECONDS)
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        connection.request("POST", f"/api/v1/{path}", msgspec.json.encode(body), headers)
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie")
        if answer.status not in {200, 201} or cookie is None:
            raise RuntimeError(f"{path} was refused: {answer.status} {answer.read().decode()}")
        return cookie.partition(";")[0].partition("=")[2]
