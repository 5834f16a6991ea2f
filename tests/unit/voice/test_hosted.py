"""Hosted relays, against a server of our own that answers in their shapes: well, badly, late or at too great length."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace

import pytest
from structlog.testing import capture_logs

from cromulent.kernel.clock import FakeClock
from cromulent.voice import IcePolicy, IceServer, IceServers, IceSettings, OwnStun, Provider, provider_of
from cromulent.voice.ice.choice import ProviderName
from cromulent.voice.ice.hosted import Account, CloudflareProvider, MeteredProvider, TwilioProvider
from tests.unit.voice.world import HOST

pytestmark = pytest.mark.anyio
SECRET = "the-secret-of-the-operator"
LIFE = 7200


@dataclass
class Asked:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: str


@dataclass
class FakeHost:
    """A provider's API: answers are by the beginning of the path, a status and a body; a status of 0 is no answer at all."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    asked: list[Asked] = field(default_factory=list[Asked])
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line, *fields = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
            body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
            self.asked.append(Asked(line, headers, body))
            status, text = self.answer_to(line)
            if status == 0:
                await reader.read()  # until the other side has lost its patience
                return
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(text.encode())}\r\nConnection: close\r\n\r\n{text}".encode()
            )
            await writer.drain()
        except ConnectionError:
            pass  # it had heard enough
        finally:
            writer.close()

    def answer_to(self, line: str) -> tuple[int, str]:
        path = line.split(" ")[1].partition("?")[0]
        return self.answers.get(path, (404, "not here"))


@pytest.fixture
async def host() -> AsyncIterator[FakeHost]:
    fake = FakeHost()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield fake
    server.close()
    await server.wait_closed()


METERED_LIST = [
    {"urls": "stun:stun.relay.metered.ca:80"},
    {"urls": "turn:a.relay.metered.ca:80", "username": "u", "credential": "c"},
    {"urls": "turn:a.relay.metered.ca:80?transport=tcp", "username": "u", "credential": "c"},
    {"urls": "turn:a.relay.metered.ca:443", "username": "u", "credential": "c"},
    {"urls": "turns:a.relay.metered.ca:443?transport=tcp", "username": "u", "credential": "c"},
]
CLOUDFLARE_URLS = [
    "stun:stun.cloudflare.com:3478",
    "stun:stun.cloudflare.com:53",
    "turn:turn.cloudflare.com:53?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=tcp",
    "turn:turn.cloudflare.com:80?transport=tcp",
    "turns:turn.cloudflare.com:5349?transport=tcp",
    "turns:turn.cloudflare.com:443?transport=tcp",
]
TWILIO_LIST = [
    {"url": "stun:global.stun.twilio.com:3478", "urls": "stun:global.stun.twilio.com:3478"},
    *(
        {"url": url, "urls": url, "username": "u", "credential": "c"}
        for url in (
            "turn:global.turn.twilio.com:3478?transport=udp",
            "turn:global.turn.twilio.com:3478?transport=tcp",
            "turn:global.turn.twilio.com:443?transport=tcp",
        )
    ),
]
METERED_ANSWERS = {
    "/api/v1/turn/credential": (200, json.dumps({"username": "u", "password": "c", "apiKey": "a-key"})),
    "/api/v1/turn/credentials": (200, json.dumps(METERED_LIST)),
}
CLOUDFLARE_PATH = "/v1/turn/keys/ACCOUNT/credentials/generate-ice-servers"
CLOUDFLARE = {"urls": CLOUDFLARE_URLS, "username": "u", "credential": "c"}
TWILIO_PATH = "/2010-04-01/Accounts/ACCOUNT/Tokens.json"
TWILIO_ANSWER = {"username": "u", "password": "c", "ttl": "3600", "ice_servers": TWILIO_LIST, "account_sid": "ACCOUNT"}

Make = Callable[[Account], Provider]


def account(host: FakeHost, life: int = LIFE) -> Account:
    return Account("ACCOUNT", SECRET, life, api=host.address)


async def test_metered_is_asked_for_a_credential_that_expires_and_then_for_its_servers(host: FakeHost) -> None:
    host.answers.update(METERED_ANSWERS)
    grant = await MeteredProvider(account(host)).servers("anna", FakeClock().now())
    assert grant.life_seconds == LIFE
    assert grant.servers == (
        IceServer(("stun:stun.relay.metered.ca:80",)),
        IceServer(
            (
                "turn:a.relay.metered.ca:80",
                "turn:a.relay.metered.ca:80?transport=tcp",
                "turns:a.relay.metered.ca:443?transport=tcp",
            ),
            "u",
            "c",
        ),
    )
    made, listed = host.asked
    assert made.line.startswith(f"POST /api/v1/turn/credential?secretKey={SECRET} ")
    assert json.loads(made.body)["expiryInSeconds"] == LIFE
    assert "anna" not in made.body
    assert listed.line.startswith("GET /api/v1/turn/credentials?apiKey=a-key ")


@pytest.mark.parametrize("answer", [{"iceServers": [CLOUDFLARE]}, {"iceServers": CLOUDFLARE}])
async def test_cloudflare_answers_in_an_old_form_and_a_new_one(host: FakeHost, answer: Mapping[str, object]) -> None:
    host.answers[CLOUDFLARE_PATH] = (201, json.dumps(answer))
    grant = await CloudflareProvider(account(host, 7 * 86400)).servers("anna", FakeClock().now())
    assert grant.life_seconds == 48 * 3600
    assert grant.servers == (
        IceServer(("stun:stun.cloudflare.com:3478",)),
        IceServer(
            (
                "turn:turn.cloudflare.com:3478?transport=udp",
                "turn:turn.cloudflare.com:3478?transport=tcp",
                "turns:turn.cloudflare.com:443?transport=tcp",
            ),
            "u",
            "c",
        ),
    )
    assert host.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert json.loads(host.asked[0].body) == {"ttl": 48 * 3600}


async def test_twilio_says_the_life_itself_and_in_words(host: FakeHost) -> None:
    host.answers[TWILIO_PATH] = (201, json.dumps(TWILIO_ANSWER))
    grant = await TwilioProvider(account(host)).servers("anna", FakeClock().now())
    assert grant.life_seconds == 3600
    assert grant.servers[1].urls == (
        "turn:global.turn.twilio.com:3478?transport=udp",
        "turn:global.turn.twilio.com:443?transport=tcp",
    )
    assert host.asked[0].body == f"Ttl={LIFE}"
    named = base64.b64encode(f"ACCOUNT:{SECRET}".encode()).decode()
    assert host.asked[0].headers["authorization"] == f"Basic {named}"


PROVIDERS = [
    (MeteredProvider, "/api/v1/turn/credential"),
    (CloudflareProvider, CLOUDFLARE_PATH),
    (TwilioProvider, TWILIO_PATH),
]
BAD_ANSWERS = {
    "an error": (500, "{}"),
    "a refusal": (401, f'{{"message": "{SECRET} is not right"}}'),
    "somewhere else": (302, ""),
    "a page": (200, "<!doctype html><title>Sorry</title>"),
    "nothing": (200, ""),
    "another shape": (200, '{"iceServers": 7, "ice_servers": "none", "ttl": 3600, "apiKey": []}'),
    "no relay": (200, '{"iceServers": [], "ice_servers": [], "ttl": "60", "apiKey": "k"}'),
    "no credential": (
        200,
        json.dumps({"iceServers": {"urls": CLOUDFLARE_URLS}, "ice_servers": [{"urls": CLOUDFLARE_URLS}], "ttl": "9"}),
    ),
    "a strange life": (200, json.dumps(TWILIO_ANSWER | {"ttl": "²", "iceServers": []})),
    "too deep": (200, "[" * 20_000),
    "too much": (200, " " * 70_000 + json.dumps({"iceServers": [CLOUDFLARE]} | TWILIO_ANSWER)),
    "silence": (0, ""),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
@pytest.mark.parametrize(("make", "path"), PROVIDERS)
async def test_a_bad_answer_costs_nobody_the_call_and_is_told_without_the_secret(
    host: FakeHost, make: Make, path: str, bad: str
) -> None:
    host.answers[path] = BAD_ANSWERS[bad]
    host.answers["/api/v1/turn/credentials"] = (200, "[]")
    policy = IcePolicy(timeout_seconds=0.2 if bad == "silence" else 5.0)
    servers = IceServers(make(account(host)), OwnStun(3478), FakeClock(), policy)
    with capture_logs() as logs:
        offer = await servers.offer("anna", HOST)
    assert offer.servers == (IceServer((f"stun:{HOST}:3478",)),)
    assert [line["event"] for line in logs] == ["ice_provider_failed"]
    assert SECRET not in str(logs)
    assert host.address not in str(logs)


async def test_a_provider_that_is_not_there_is_told_without_the_secret() -> None:
    nowhere = Account("ACCOUNT", SECRET, LIFE, api="http://127.0.0.1:9")
    servers = IceServers(MeteredProvider(nowhere), OwnStun(3478), FakeClock())
    with capture_logs() as logs:
        await servers.offer("anna", HOST)
    assert [line["reason"] for line in logs] == ["it cannot be reached (ConnectError)"]


@pytest.mark.parametrize("name", ["metered", "cloudflare", "twilio"])
def test_a_hosted_provider_is_chosen_by_its_name_and_needs_an_account_and_its_secret(name: ProviderName) -> None:
    settings = IceSettings(provider=name, account="ACCOUNT", secret=SECRET)
    assert provider_of(settings).name == name
    for missing in (replace(settings, account=""), replace(settings, secret="")):
        with pytest.raises(ValueError, match="needs the account"):
            provider_of(missing)
    with pytest.raises(ValueError, match="is not an account"):
        provider_of(replace(settings, account="evil.example/x?"))
