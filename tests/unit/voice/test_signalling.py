"""Signals go to one addressee in the same room, stamped, within limits; what exceeds is dropped and the link lives."""

from __future__ import annotations

import pytest

from cromulent.voice import (
    Candidate,
    Candidates,
    Description,
    LeasePolicy,
    Signal,
    SignalPolicy,
    SignalReceived,
    VoicePolicy,
)
from cromulent.voice.errors import Gone, NotInRoom, SignalTooLarge
from cromulent.voice.mailbox import Mailbox
from cromulent.voice.model import RepairRequest, SignalBody, Stale
from tests.unit.voice.world import FakePage, World

pytestmark = pytest.mark.anyio


class Call:
    """Anna and Ben in the lounge, Carl in the attic."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anna, self.ben, self.carl = (world.page(user) for user in ("anna", "ben", "carl"))
        self.ids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    async def begin(self) -> Call:
        for page, channel in ((self.anna, "lounge"), (self.ben, "lounge"), (self.carl, "attic")):
            joined = await page.join(channel)
            self.ids[page.user_id] = joined.participant_id
            self.tokens[page.user_id] = joined.resume_token
        return self

    def send(self, body: SignalBody, *, to: str = "ben", generation: int = 1, negotiation_id: int = 1) -> None:
        """Anna says something."""
        signal = Signal(self.ids.get(to, to), generation, negotiation_id, body)
        self.world.voice.signal(self.anna, signal)


@pytest.fixture
async def call(world: World) -> Call:
    return await Call(world).begin()


def candidates(count: int, size: int = 100) -> Candidates:
    """So many candidates of so many bytes."""
    return Candidates(tuple(Candidate(f"{number:05d}".ljust(size, "x"), None, None, None) for number in range(count)))


@pytest.mark.parametrize("body", [Description("offer", "v=0"), candidates(2), RepairRequest(), Stale()])
async def test_a_signal_reaches_its_addressee_and_nobody_else(call: Call, body: SignalBody) -> None:
    call.send(body, generation=3, negotiation_id=9)
    assert call.ben.signals == [SignalReceived("lounge", call.ids["anna"], call.ids["ben"], 3, 9, body)]
    assert call.anna.signals == call.carl.signals == []
    assert not [notice for notice in call.world.announced if isinstance(notice, SignalReceived)]


@pytest.mark.parametrize("to", ["carl", "nobody", ""])
async def test_other_rooms_cannot_be_reached(call: Call, to: str) -> None:
    with pytest.raises(Gone):
        call.send(RepairRequest(), to=to)


async def test_only_the_page_that_holds_the_call_speaks_for_it(call: Call) -> None:
    with pytest.raises(NotInRoom):
        call.world.voice.signal(call.world.page("anna"), Signal(call.ids["ben"], 1, 1, RepairRequest()))


async def test_a_description_may_have_32_kib_and_not_a_byte_more(call: Call) -> None:
    call.send(Description("offer", "x" * 32 * 1024))
    assert len(call.ben.signals) == 1
    with pytest.raises(SignalTooLarge):
        call.send(Description("offer", "x" * (32 * 1024 - 1) + "é"))
    assert call.world.voice.signal_counts.descriptions_dropped == 1
    call.send(RepairRequest())
    assert len(call.ben.signals) == 2


def received(page: FakePage) -> list[str]:
    """The candidates a page got."""
    bodies = [signal.body for signal in page.signals]
    return [one.candidate[:5] for body in bodies if isinstance(body, Candidates) for one in body.candidates]


async def test_the_51st_candidate_of_a_negotiation_is_dropped_and_the_next_negotiation_has_50_again(call: Call) -> None:
    call.send(candidates(30))
    call.send(candidates(30))
    call.send(candidates(5))
    assert len(received(call.ben)) == 50
    assert call.world.voice.signal_counts.candidates_dropped == 15
    assert len(call.ben.signals) == 2
    call.send(candidates(50), negotiation_id=2)
    call.send(candidates(50), generation=2)
    assert len(received(call.ben)) == 150


async def test_a_candidate_that_is_too_large_is_dropped_from_among_the_others(call: Call) -> None:
    too_large = Candidate("y" * 2049, "0", 0, "ufrag")
    good = candidates(2).candidates
    call.send(Candidates((good[0], too_large, good[1])))
    assert received(call.ben) == ["00000", "00001"]
    call.send(Candidates((too_large,)))
    assert len(call.ben.signals) == 1
    assert call.world.voice.signal_counts.candidates_dropped == 2


async def test_signals_wait_while_the_addressee_has_no_socket(call: Call) -> None:
    call.world.voice.endpoint_closed(call.ben)
    call.send(Description("offer", "v=0"))
    call.send(candidates(1))
    back = call.world.page("ben")
    await back.join("lounge", token=call.tokens["ben"])
    assert [type(signal.body) for signal in back.signals] == [Description, Candidates]
    assert call.world.voice.signal_counts.queued == 2


async def test_what_waits_too_long_is_dropped(call: Call) -> None:
    world = World(VoicePolicy(leases=LeasePolicy(grace_seconds=100)))
    world.settle()
    call = await Call(world).begin()
    world.voice.endpoint_closed(call.ben)
    call.send(Description("offer", "old"))
    world.pass_time(15, call.anna)
    call.send(Description("offer", "new"))
    world.pass_time(6, call.anna)
    back = world.page("ben")
    await back.join("lounge", token=call.tokens["ben"])
    assert [signal.body for signal in back.signals] == [Description("offer", "new")]


def notice(to: str, number: int = 1) -> SignalReceived:
    return SignalReceived("lounge", "anna", to, 1, number, RepairRequest())


def test_the_mailbox_is_bounded_per_addressee_and_in_bytes(world: World) -> None:
    policy = SignalPolicy(waiting_per_addressee=3, waiting_bytes=1000)
    box = Mailbox(policy, world.clock)
    assert [box.keep(notice("ben", number), 100) for number in range(5)] == [True, True, True, False, False]
    assert box.keep(notice("carl"), 700)
    assert not box.keep(notice("dora"), 1)
    assert [one.negotiation_id for one in box.take("lounge", "ben")] == [0, 1, 2]
    assert box.take("lounge", "ben") == []
    assert box.keep(notice("dora"), 300)


def test_the_mailbox_waits_for_so_many_addressees_and_no_more(world: World) -> None:
    box = Mailbox(SignalPolicy(addressees_waited_for=2), world.clock)
    assert [box.keep(notice(to), 1) for to in ("ben", "carl", "dora", "ben")] == [True, True, False, True]
    box.take("lounge", "ben")
    assert box.keep(notice("dora"), 1)


def test_what_has_waited_too_long_makes_place(world: World) -> None:
    box = Mailbox(SignalPolicy(waiting_bytes=100, waiting_seconds=20), world.clock)
    assert box.keep(notice("ben"), 100)
    world.clock.advance(20)
    assert box.keep(notice("carl"), 100)
    assert box.take("lounge", "ben") == []
