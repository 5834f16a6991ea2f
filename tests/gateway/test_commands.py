"""Commands: answered in order, each by its `ref`; what is wrong with one is told and harms nothing else."""

from __future__ import annotations

import json

import pytest

from cromulent.gateway import GatewayLimits
from cromulent.gateway.close_codes import CloseCode
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.rate_limits import Limit
from tests.gateway.commanding import Speaker, command

pytestmark = pytest.mark.anyio


async def test_quick_commands_are_answered_in_their_order(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(*(command(ref, "echo", f"{ref}") for ref in range(20)))
    assert speaker.socket.replies() == [{"op": "reply", "ref": ref, "d": {"said": f"{ref}"}} for ref in range(20)]


async def test_a_slow_command_does_not_keep_others_waiting(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(command(1, "slow", "tortoise"), command(2, "echo", "hare"))
    assert [reply["ref"] for reply in speaker.socket.replies()] == [2]
    speaker.gate.set()
    await speaker.settle()
    assert speaker.socket.replies()[-1] == {"op": "reply", "ref": 1, "d": {"said": "tortoise"}}


async def test_slow_commands_under_way_are_bounded(clock: FakeClock) -> None:
    speaker = Speaker(clock, GatewayLimits(commands_under_way=3))
    await speaker.say(*(command(ref, "slow") for ref in range(5)))
    assert speaker.under_way == 3
    assert speaker.errors() == [(3, "rate_limited"), (4, "rate_limited")]
    speaker.gate.set()
    await speaker.settle()
    await speaker.say(command(9, "slow"))
    assert speaker.socket.replies()[-1]["ref"] == 9


async def test_what_is_under_way_ends_with_the_connection(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(command(1, "slow", "unfinished"))
    await speaker.hang_up()
    await speaker.settle()
    assert speaker.ended == ["unfinished"]
    assert speaker.socket.replies() == []


@pytest.mark.parametrize("name", ["refuse", "refuse_slowly"])
async def test_a_refusal_has_a_code_and_a_sentence(clock: FakeClock, name: str) -> None:
    speaker = Speaker(clock)
    await speaker.say(command(7, name))
    (reply,) = speaker.socket.replies()
    assert (reply["ref"], reply["error"]["code"]) == (7, "not_found")
    assert reply["error"]["message"].endswith(".")
    assert reply["error"].get("detail") == ({"what": "it"} if name == "refuse" else None)


@pytest.mark.parametrize("name", ["fail", "fail_slowly", "unencodable", "unencodable_slowly"])
async def test_a_bug_is_an_internal_error_and_the_connection_lives(clock: FakeClock, name: str) -> None:
    speaker = Speaker(clock)
    await speaker.say(command(1, name), command(2, "echo"))
    assert sorted(speaker.errors()) == [(1, "internal_error")]
    assert {reply["ref"] for reply in speaker.socket.replies()} == {1, 2}
    assert speaker.socket.open
    assert "ZeroDivision" not in json.dumps(speaker.socket.replies())


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"op":"command","ref":1,"t":"no.such"}', "unknown_command"),
        ('{"op":"command","ref":1,"t":""}', "unknown_command"),
        ('{"op":"command","ref":1,"t":"echo"}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":null}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":[]}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":"text"}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":{"text":1}}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":{"text":null}}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":{"text":"x","times":"many"}}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":{"text":"x","times":1e400}}', "invalid_command"),
        ('{"op":"command","ref":1,"t":"echo","d":{"text":"x","times":1.5}}', "invalid_command"),
    ],
)
async def test_a_command_of_the_wrong_shape_is_answered(clock: FakeClock, frame: str, code: str) -> None:
    speaker = Speaker(clock)
    await speaker.say(frame, command(2, "echo"))
    assert speaker.errors() == [(1, code)]
    assert speaker.socket.replies()[-1]["ref"] == 2


async def test_fields_nobody_knows_are_ignored(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(
        command(1, "echo", "x", colour="red"), '{"op":"command","ref":2,"t":"echo","d":{"text":""},"new":[]}'
    )
    assert speaker.errors() == []


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "not json",
        "{",
        "null",
        "[]",
        '"command"',
        "{}",
        '{"op":"command"}',
        '{"op":"command","ref":1}',
        '{"op":"command","ref":"1","t":"echo"}',
        '{"op":"command","ref":null,"t":"echo"}',
        '{"op":"command","ref":1.5,"t":"echo"}',
        '{"op":"command","ref":' + "9" * 5000 + ',"t":"echo"}',
        f'{{"op":"command","ref":{2**53},"t":"echo"}}',
        f'{{"op":"command","ref":{-(2**53)},"t":"echo"}}',
        '{"op":"command","ref":18446744073709551616,"t":"echo"}',
        '{"op":"command","ref":1,"t":7}',
        '{"op":"dispatch","t":"message.posted","d":{}}',
        '{"op":"unheard_of"}',
        '{"op":"command","ref":1,"ref":2,"t":"echo","d":{"text":"x"}}',
        '{"op":"command","ref":1,"t":"echo","d":{"text":"x","text":"y"}}',
        '{"op":"command","ref":1,"t":"echo","d":{"text":"\\ud800"}}',
        '{"op":"command","ref":NaN,"t":"echo"}',
        '{"op":"command","ref":1,"t":"echo","d":{"text":"x","times":Infinity}}',
        '{"op":"command","ref":1,"t":"echo","d":' + "[" * 33 + "]" * 33 + "}",
        "[" * 30_000,
        '{"a":' * 10_000,
        '{"op":"identify","client":{"kind":"web","device":"x","version":"1"}}',
    ],
    ids=lambda frame: frame[:40] or "empty",
)
async def test_a_frame_that_cannot_be_answered_closes_the_connection(clock: FakeClock, frame: str) -> None:
    speaker = Speaker(clock)
    await speaker.say(frame, command(2, "echo"))
    assert speaker.socket.code is CloseCode.MALFORMED_FRAME
    assert speaker.socket.replies() == []


@pytest.mark.parametrize("ref", [0, -1, 2**53 - 1, -(2**53 - 1)])
async def test_a_ref_every_client_can_hold_is_echoed(clock: FakeClock, ref: int) -> None:
    speaker = Speaker(clock)
    await speaker.say(command(ref, "echo"))
    assert speaker.socket.replies() == [{"op": "reply", "ref": ref, "d": {"said": "hi"}}]


async def test_a_binary_frame_is_malformed(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say_bytes(command(1, "echo").encode())
    assert speaker.socket.code is CloseCode.MALFORMED_FRAME


def command_of_size(name: str, size: int, letter: str = "x") -> str:
    """A command that is `size` bytes long."""
    spare = size - len(command(1, name, "").encode())
    text = command(1, name, letter * (spare // len(letter.encode())))
    return text + " " * (size - len(text.encode()))


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
async def test_four_kibibytes_are_enough_for_anything_but_signalling(clock: FakeClock, letter: str) -> None:
    speaker = Speaker(clock)
    await speaker.say(command_of_size("echo", 4096, letter), command_of_size("echo", 4097, letter))
    assert [reply.get("error", {}).get("code") for reply in speaker.socket.replies()] == [None, "frame_too_large"]


async def test_signalling_may_use_sixty_four_kibibytes_and_no_more(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(command_of_size("voice.signal", 65536))
    assert speaker.errors() == []
    await speaker.say(command_of_size("voice.signal", 65537))
    assert speaker.socket.code is CloseCode.FRAME_TOO_LARGE


async def test_a_hundred_and_twenty_commands_a_minute(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(*(command(ref, "echo") for ref in range(121)))
    assert speaker.errors() == [(120, "rate_limited")]
    clock.advance(0.5)
    await speaker.say(command(200, "echo"), command(201, "echo"))
    assert speaker.errors() == [(120, "rate_limited"), (201, "rate_limited")]


async def test_signalling_has_a_budget_of_its_own(clock: FakeClock) -> None:
    speaker = Speaker(clock)
    await speaker.say(*(command(ref, "echo") for ref in range(121)))
    await speaker.say(*(command(ref, "voice.signal") for ref in range(1000, 1401)))
    assert speaker.errors() == [(120, "rate_limited"), (1400, "rate_limited")]


async def test_unknown_and_oversize_commands_cost_as_much_as_any(clock: FakeClock) -> None:
    speaker = Speaker(clock, GatewayLimits(commands=Limit(2, 60.0)))
    await speaker.say(command(1, "no.such"), command_of_size("echo", 5000), command(3, "echo"))
    assert [code for _, code in speaker.errors()] == ["unknown_command", "frame_too_large", "rate_limited"]


async def test_who_does_not_stop_is_closed(clock: FakeClock) -> None:
    speaker = Speaker(clock, GatewayLimits(commands=Limit(1, 60.0), refusals_before_close=5))
    await speaker.say(*(command(ref, "echo") for ref in range(20)))
    assert len(speaker.errors()) == 5
    assert speaker.socket.code is CloseCode.RATE_LIMITED
    await speaker.hang_up()
