"""What the server really encodes, from its own facts and notices, has the documented shape to the byte."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from cromulent.accounts import User, UserCreated, UserSettings, UserSettingsUpdated, UserUpdated
from cromulent.channels import Channel, ChannelUpdated, MemberAdded, MemberRemoved, MembershipAdded, MembershipRemoved
from cromulent.gateway.dispatch import ENCODERS, encode_fact
from cromulent.gateway.payloads import DURABLE, EPHEMERAL
from cromulent.gateway.voice_endpoints import notice_to_wire
from cromulent.kernel.facts import Fact
from cromulent.messages import Message, MessageDeleted, MessageEdited, MessagePosted
from cromulent.notifications import ReadStateUpdated
from cromulent.settings import InstanceSettings, SettingsChanged
from cromulent.voice import notices
from cromulent.voice.model import Connection, Departure, Description, Participant

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
USER = User("u1", "ann", "Ann “A”", "administrator", "ann@example.org", NOON, None)
CHANNEL = Channel("c1", "voice", "Lounge", "lounge", "", 3, "private", False, "administrators")
MESSAGE = Message("m1", "c1", "u1", 7, 8, "n1", '\n"é"', "<p>é</p>", NOON, NOON, True)
FACTS: list[Fact] = [
    UserCreated(USER),
    UserUpdated(USER),
    ReadStateUpdated("u1", "c1", 7),
    UserSettingsUpdated("u1", UserSettings(rev=4, theme="dark", talk_latching=False, voice_threshold_dbfs=-35)),
    MembershipAdded("u1", CHANNEL, 9),
    MembershipRemoved("u1", "c1", "removed"),
    ChannelUpdated(CHANNEL),
    MemberAdded("c1", "u1"),
    MemberRemoved("c1", "u1"),
    MessagePosted(MESSAGE),
    MessageEdited(MESSAGE),
    MessageDeleted(MESSAGE, "u2"),
    SettingsChanged(InstanceSettings("i1", name="Home"), ("name",), "u2"),
]
SOMEBODY = Participant("p1", "u1", "Phone", True, False, True, Connection.RECONNECTING)
NOTICES: list[notices.Notice] = [
    notices.ParticipantJoined("c1", 1, SOMEBODY),
    notices.ParticipantUpdated("c1", 2, SOMEBODY),
    notices.ParticipantLeft("c1", 3, "p1", Departure.LOST),
    notices.RoomSettled("c1", 4, True, (SOMEBODY,)),
    notices.SignalReceived("c1", "p1", "p2", 1, 2, Description("offer", "v=0")),
    notices.HolderAsked("a1"),
    notices.CallSuperseded("c1", "p1", "Phone"),
    notices.Kicked("c1", "p1", "kicked"),
    notices.VerdictsChanged("c1", "p1", (notices.Verdict("p2", "incoming", "playback_blocked", "you"),)),
    notices.SentOn("c1", "p1", "c2"),
]


def test_every_fact_with_an_audience_and_every_notice_is_tried() -> None:
    assert {type(fact) for fact in FACTS} == set(ENCODERS)
    assert {name for name, _ in ENCODERS.values()} == set(DURABLE)
    assert {notice.name for notice in NOTICES} == {name for name in EPHEMERAL if name.startswith("voice.")}


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_becomes_its_documented_payload(fact: Fact) -> None:
    name, text = encode_fact(fact)
    payload = msgspec.json.decode(text, type=DURABLE[name])
    assert msgspec.json.encode(payload).decode() == text
    assert "example.org" not in text
    assert "u2" not in text


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.name)
def test_a_notice_becomes_its_documented_payload(notice: notices.Notice) -> None:
    text = msgspec.json.encode(notice_to_wire(notice))
    payload = msgspec.json.decode(text, type=EPHEMERAL[notice.name])
    assert msgspec.json.encode(payload) == text
