"""Who goes through the relay only: no signal tells their address, and none asks their page to use another way."""

from __future__ import annotations

import pytest

from cromulent.accounts import UserSettings, UserSettingsUpdated
from cromulent.voice import Candidate, Candidates, Description, Signal, SignalBody, SignalReceived
from tests.unit.voice.world import FakePage, World

pytestmark = pytest.mark.anyio

HIDDEN = UserSettings(rev=1, relay_only=True)
HOST = "candidate:1 1 udp 2122260223 192.168.1.7 51000 typ host generation 0 ufrag abcd"
MDNS = "candidate:2 1 udp 2122260223 0f2b6a1c-1111-4222-8333-444455556666.local 51000 typ host"
REFLEXIVE = "candidate:3 1 udp 1686052607 203.0.113.7 51000 typ srflx raddr 192.168.1.7 rport 51000"
DISGUISED = "candidate:4 1 udp 1 203.0.113.7 51000 typ host typ relay"
RELAYED = "candidate:5 1 udp 41885439 192.0.0.8 40000 typ relay raddr 203.0.113.7 rport 51000 generation 0"
QUIET = "candidate:5 1 udp 41885439 192.0.0.8 40000 typ relay raddr 0.0.0.0 rport 0 generation 0"
PLAIN = "candidate:6 1 udp 41885439 192.0.0.8 40001 typ relay"
SDP = "\r\n".join(
    [
        "v=0",
        "o=- 46117 2 IN IP4 127.0.0.1",
        "s=-",
        "m=audio 51000 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 203.0.113.7",
        "a=rtcp:51001 IN IP4 203.0.113.7",
        f"a={HOST}",
        f"a={REFLEXIVE}",
        f"a={RELAYED}",
        "a=ice-ufrag:abcd",
        "",
    ]
)


class Call:
    """Anna and Ben in the lounge; who of them hides is chosen before they come."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pages: dict[str, FakePage] = {}
        self.ids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    async def begin(self) -> None:
        for name in ("anna", "ben"):
            self.pages[name] = self.world.page(name)
            joined = await self.pages[name].join("lounge")
            self.ids[name], self.tokens[name] = joined.participant_id, joined.resume_token

    def send(self, body: SignalBody, sender: str = "anna") -> None:
        to = "ben" if sender == "anna" else "anna"
        self.world.voice.signal(self.pages[sender], Signal(self.ids[to], 1, 1, body))

    def got(self, name: str) -> list[SignalReceived]:
        return self.pages[name].signals

    @property
    def hidden(self) -> int:
        return self.world.voice.signal_counts.candidates_hidden


@pytest.fixture
def call(world: World) -> Call:
    return Call(world)


def candidates(*texts: str) -> Candidates:
    return Candidates(tuple(Candidate(text, "0", 0, "abcd") for text in texts))


def texts_of(signals: list[SignalReceived]) -> list[str]:
    bodies = [signal.body for signal in signals]
    return [one.candidate for body in bodies if isinstance(body, Candidates) for one in body.candidates]


async def test_of_who_hides_only_relayed_candidates_pass_and_without_where_from(call: Call) -> None:
    call.world.chosen["anna"] = HIDDEN
    await call.begin()
    call.send(candidates(HOST, MDNS, REFLEXIVE, DISGUISED, RELAYED, PLAIN, ""))
    assert texts_of(call.got("ben")) == [QUIET, PLAIN, ""]
    assert call.hidden == 4


async def test_to_who_hides_only_relayed_candidates_pass(call: Call) -> None:
    call.world.chosen["ben"] = HIDDEN
    await call.begin()
    call.send(candidates(HOST, MDNS, REFLEXIVE, DISGUISED, RELAYED))
    assert texts_of(call.got("ben")) == [RELAYED]  # the sender hides nothing
    assert call.hidden == 4


async def test_a_signal_of_which_nothing_is_left_is_not_sent(call: Call) -> None:
    call.world.chosen["anna"] = HIDDEN
    await call.begin()
    call.send(candidates(HOST))
    assert call.got("ben") == []


async def test_a_description_of_who_hides_tells_no_address(call: Call) -> None:
    call.world.chosen["anna"] = HIDDEN
    await call.begin()
    call.send(Description("offer", SDP))
    (signal,) = call.got("ben")
    assert isinstance(signal.body, Description)
    for address in ("203.0.113.7", "192.168.1.7", "51000", "51001"):
        assert address not in signal.body.sdp
    expected = (
        SDP.replace(f"a={HOST}\r\n", "")
        .replace(f"a={REFLEXIVE}\r\n", "")
        .replace(RELAYED, QUIET)
        .replace("m=audio 51000", "m=audio 9")
        .replace("c=IN IP4 203.0.113.7", "c=IN IP4 0.0.0.0")
        .replace("a=rtcp:51001 IN IP4 203.0.113.7", "a=rtcp:9 IN IP4 0.0.0.0")
    )
    assert signal.body.sdp == expected
    assert call.hidden == 2


async def test_a_description_to_who_hides_names_no_other_way(call: Call) -> None:
    call.world.chosen["ben"] = HIDDEN
    await call.begin()
    call.send(Description("answer", SDP))
    (signal,) = call.got("ben")
    assert isinstance(signal.body, Description)
    assert signal.body.sdp == SDP.replace(f"a={HOST}\r\n", "").replace(f"a={REFLEXIVE}\r\n", "")


async def test_where_nobody_hides_nothing_is_touched(call: Call) -> None:
    await call.begin()
    call.send(candidates(HOST, RELAYED))
    call.send(Description("offer", SDP))
    assert [signal.body for signal in call.got("ben")] == [candidates(HOST, RELAYED), Description("offer", SDP)]
    assert call.hidden == 0


async def test_a_choice_made_during_the_call_holds_from_then_on(call: Call) -> None:
    await call.begin()
    call.world.voice.after_commit(UserSettingsUpdated("anna", HIDDEN))
    call.send(candidates(HOST))
    assert call.got("ben") == []
    call.world.voice.after_commit(UserSettingsUpdated("anna", UserSettings(rev=2, relay_only=False)))
    call.send(candidates(HOST))
    assert texts_of(call.got("ben")) == [HOST]


async def test_an_answer_older_than_the_news_does_not_undo_it(call: Call) -> None:
    call.world.voice.after_commit(UserSettingsUpdated("anna", UserSettings(rev=5, relay_only=True)))
    call.world.chosen["anna"] = UserSettings(rev=4, relay_only=False)
    await call.begin()
    call.send(candidates(HOST))
    assert call.got("ben") == []


async def test_what_waits_for_somebody_is_looked_at_again_when_they_come(call: Call) -> None:
    await call.begin()
    call.world.restart()  # and nobody is known to hide any more
    call.world.chosen["ben"] = HIDDEN
    call.pages["anna"] = call.world.page("anna")
    await call.pages["anna"].join("lounge", token=call.tokens["anna"])
    call.send(candidates(HOST))
    call.send(candidates(HOST, PLAIN))
    call.pages["ben"] = call.world.page("ben")
    await call.pages["ben"].join("lounge", token=call.tokens["ben"])
    assert texts_of(call.got("ben")) == [PLAIN]
