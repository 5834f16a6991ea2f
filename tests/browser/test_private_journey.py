"""From the set-up link to a private channel: nothing tells the third person of it; let in they see all of it; put out they keep nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cromulent.kernel.ids import new_id
from tests.api.channels.test_private import every_request_about
from tests.browser.person import Person
from tests.browser.server_process import ServerProcess
from tests.browser.test_channels import (
    KEPT_IN_BROWSER,
    add,
    create,
    expect_kept,
    open_options,
    options,
    remove,
    texts,
    voices,
)
from tests.browser.test_inviting import become_administrator, quick_invite, register

KEPT_BY_SERVICE_WORKER = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) kept.push(request.url, await (await cache.match(request)).text());
  }
  return kept.join('');
}"""
RECORDER = Path(__file__).with_name("record.js")
NAME, VOICE = "treehouse", "cellar"
NOBODY = "0190a000-0000-7000-8000-000000000000"
SECRETS = ("the password is swordfish", "and the cake is at four")
DRAFT, UNSENT = "a draft about the treasure", "unsent words about the treasure"
ASK = """async ([method, path, body]) => {
  const headers = body === null ? {} : { 'content-type': 'application/json' };
  const options = { method, headers, body: body === null ? undefined : JSON.stringify(body) };
  let answer = await fetch(`/api/v1/${path}`, options);
  while (answer.status === 429) { // so much is asked here that it may be too much, whatever is asked
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after'))));
    answer = await fetch(`/api/v1/${path}`, options);
  }
  return [answer.status, (await answer.text()).replace(/"request_id":"[^"]*"/, '')];
}"""
SAY = """(commands) => new Promise((resolve) => {
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/gateway');
  const answers = [];
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    const identify = { op: 'identify', client: { kind: 'web', device: 'x', version: '1' } };
    if (frame.op === 'hello') socket.send(JSON.stringify(identify));
    if (frame.op === 'ready') commands.forEach(([t, d], ref) => socket.send(JSON.stringify({ op: 'command', ref, t, d })));
    if (frame.op === 'reply') answers[frame.ref] = frame.error;
    if (commands.every((_, ref) => answers[ref])) { socket.close(); resolve(answers); }
  };
})"""


class Told(Person):
    """Somebody of whom everything is recorded that their page is told."""

    told: list[str]

    def record(self) -> Told:
        """From the next page on."""
        self.told = []
        self.context.expose_function("__told", lambda what: self.told.append(what))
        self.context.add_init_script(path=RECORDER)
        return self

    def channel_named(self, name: str) -> str:
        """The id of a channel they have become a member of."""
        frames = [json.loads(each) for each in self.told_of("membership.added") if each.startswith("{")]
        return next(frame["d"]["channel"]["id"] for frame in frames if frame["d"]["channel"]["name"] == name)

    def told_of(self, *words: str) -> list[str]:
        """What has one of these in it."""
        return [each for each in self.told if any(word in each for word in words)]


House = tuple[ServerProcess, Told, Person, Told]


@pytest.fixture
def house(tmp_path: Path, browser: Browser) -> Iterator[House]:
    """A server nobody has an account on, and three browsers."""
    server = ServerProcess(tmp_path / "data")
    server.start()
    contexts = [browser.new_context(permissions=["microphone"]) for _ in range(3)]
    yield (
        server,
        Told(contexts[0], server.url, "zoe").record(),
        Person(contexts[1], server.url, "yan"),
        Told(contexts[2], server.url, "xia").record(),
    )
    for context in contexts:
        context.close()
    server.stop()


def settle(speaker: Person, *hearers: Person) -> None:
    """Wait until what has been said before has reached these."""
    word = f"heard so far: {new_id()}"
    texts(speaker.page).filter(has_text="general").click()
    speaker.say(word)
    for hearer in hearers:
        expect(hearer.messages.filter(has_text=word)).to_be_visible()


def assert_is_nothing(xia: Told, channel_id: str) -> None:
    """Whatever is asked of this channel is answered as for one that is not there."""
    here, nowhere = [every_request_about(each, NOBODY) for each in (channel_id, new_id())]
    for there, missing in zip(here, nowhere, strict=True):
        answer = xia.page.evaluate(ASK, list(there))
        assert answer == xia.page.evaluate(ASK, list(missing))
        assert answer[0] == 404, (there, answer)
    join = {"join_id": new_id(), "muted": True, "deafened": False, "sends_audio": False}
    kinds: list[tuple[str, dict[str, object]]] = [("typing.start", {}), ("voice.room", {}), ("voice.join", join)]
    said = [(t, d | {"channel_id": each}) for t, d in kinds for each in (channel_id, new_id())]
    answers = xia.page.evaluate(SAY, said)
    assert [answer["code"] for answer in answers] == ["not_found"] * 6
    assert answers[::2] == answers[1::2]


def furnish(zoe: Told, yan: Person) -> tuple[str, str]:
    """Two private channels with Yan in them, something said and somebody talking; their ids."""
    create(zoe.page, VOICE, kind="Voice channel", private=True)
    create(zoe.page, NAME, private=True)
    expect(texts(zoe.page).filter(has_text=NAME)).to_have_attribute("aria-current", "page")
    for name in (NAME, VOICE):
        add(open_options(zoe.page, name, voice=name == VOICE), "yan")
        zoe.page.keyboard.press("Escape")
    for person in (zoe, yan):
        person.join_voice(VOICE).expect_bar("connected", VOICE)
    texts(yan.page).filter(has_text=NAME).click()
    for person, text in ((zoe, SECRETS[0]), (yan, SECRETS[1])):
        person.say(text)
        expect(zoe.messages.filter(has_text=text)).to_be_visible()
    return zoe.channel_named(NAME), zoe.channel_named(VOICE)


def look_everywhere(xia: Told, zoe: Person, channel_ids: Sequence[str]) -> None:
    """Everything somebody can do to find a channel that is not theirs; afterwards all that was said has been heard."""
    settle(zoe, xia)
    xia.page.reload()
    settle(zoe, xia)
    xia.page.get_by_role("button", name="Browse text channels").click()
    expect(xia.page.get_by_role("dialog")).to_contain_text("There is no other public channel to join.")
    xia.page.keyboard.press("Escape")
    for channel_id in channel_ids:
        assert_is_nothing(xia, channel_id)
    xia.page.goto(f"{xia.url}/channels/{channel_ids[0]}")
    expect(xia.page.get_by_role("heading", name="Nothing here")).to_be_visible()
    xia.page.goto(xia.url)
    settle(zoe, xia)


def write_what_stays_here(xia: Told, channel_id: str) -> None:
    """A message that is not taken, and a draft."""
    address = f"**/channels/{channel_id}/messages"
    xia.page.route(address, lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    xia.say(UNSENT)
    expect(xia.messages.filter(has_text=UNSENT)).to_be_visible()
    xia.composer.fill(DRAFT)
    expect_kept(xia, channel_id, kept=True)


def test_from_the_first_link_to_a_private_channel_that_is_nothing_then_everything_then_nothing(house: House) -> None:
    server, zoe, yan, xia = house
    become_administrator(zoe.page, server)
    link = quick_invite(zoe.page)
    register(yan.page, link, "yan")
    register(xia.page, link, "xia")

    channel_id, voice_id = furnish(zoe, yan)
    look_everywhere(xia, zoe, (channel_id, voice_id))
    assert xia.told_of("general"), "nothing was recorded"
    assert xia.told_of(channel_id, voice_id, NAME, VOICE, *SECRETS) == []
    assert NAME not in xia.page.content()
    expect(voices(xia.page, VOICE)).to_have_count(0)

    texts(zoe.page).filter(has_text=NAME).click()
    add(open_options(zoe.page, NAME), "xia")
    texts(xia.page).filter(has_text=NAME).click()
    for text in SECRETS:
        expect(xia.messages.filter(has_text=text)).to_be_visible()
    write_what_stays_here(xia, channel_id)

    told_before = len(xia.told_of(channel_id))
    remove(options(zoe.page, NAME), "xia")
    expect(xia.page.get_by_role("status").filter(has_text=f"no longer a member of #{NAME}")).to_be_visible()
    expect(texts(xia.page)).to_have_text(["general"])
    expect_kept(xia, channel_id, kept=False)
    zoe.page.keyboard.press("Escape")
    zoe.say("now that she is gone")
    settle(zoe, xia)
    assert [json.loads(frame)["t"] for frame in xia.told_of(channel_id)[told_before:]] == ["membership.removed"]
    kept = "".join(xia.page.evaluate(each) for each in (KEPT_IN_BROWSER, KEPT_BY_SERVICE_WORKER)) + xia.page.content()
    assert [gone for gone in (*SECRETS, DRAFT, UNSENT, channel_id) if gone in kept] == []
    xia.page.unroute_all()
    assert_is_nothing(xia, channel_id)
    xia.page.go_back()
    expect(xia.page.get_by_text(SECRETS[0])).to_have_count(0)
    for person in (zoe, yan):
        person.expect_bar("connected", VOICE)
