"""The checker finds every planted fault for certain; the same schedule with nothing planted is found faultless."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.delivery.checker import Checker
from tests.delivery.client import Client
from tests.delivery.faulty_server import SKIP_EVERY, SWAP_EVERY

pytestmark = pytest.mark.anyio
SEED = 1


@asynccontextmanager
async def checking(folder: Path, fault: str) -> AsyncIterator[Checker]:
    """A checker whose server has this fault, set up and not yet started."""
    checker = Checker(folder / "data", SEED, fault)
    if fault != "none":
        checker.patience_seconds = 4.0  # what does not add up will not do so later
    await checker.set_up()
    try:
        yield checker
    finally:
        await checker.close()


async def post_and_kill(checker: Checker) -> list[str]:
    """The server dies right after it has acknowledged."""
    await checker.server.start()
    (client, *_), channel = checker.clients, checker.cast.open_channel
    async with checker.everybody_listening([client]):
        await client.post(channel.id, "promised")
        checker.server.kill()
        await checker.server.start()
    return await checker.verdict()


async def post_past_a_thousand(checker: Checker) -> list[str]:
    """The log passes the place where the fault skips."""
    (client, other, *_), channel = checker.clients, checker.cast.open_channel
    await checker.folder.post_until_pos(client.person, channel, SKIP_EVERY - 5)
    await checker.server.start()
    async with checker.everybody_listening([client, other]):
        for number in range(10):
            await client.post(channel.id, f"{number}")
    return await checker.verdict()


async def post_a_few(checker: Checker) -> list[str]:
    """More messages than the fault leaves in their order."""
    await checker.server.start()
    (client, other, *_), channel = checker.clients, checker.cast.open_channel
    async with checker.everybody_listening([client, other]):
        for number in range(2 * SWAP_EVERY):
            await client.post(channel.id, f"{number}")
    return await checker.verdict()


async def leave_and_return(checker: Checker) -> list[str]:
    """A client hears a message, is gone, and comes back with its cursor."""
    await checker.server.start()
    (client, *_), channel = checker.clients, checker.cast.open_channel
    async with checker.everybody_listening([client]):
        await client.post(channel.id, "heard")
    async with checker.everybody_listening([client]):
        pass
    return await checker.verdict()


async def return_after_pruning(checker: Checker) -> list[str]:
    """While a client is away the log forgets what it has missed."""
    await checker.server.start()
    (client, other, *_), channel = checker.clients, checker.cast.open_channel
    async with checker.everybody_listening([client]):
        await client.post(channel.id, "heard")
    checker.server.stop()
    await checker.folder.post(other.person, channel, 30)
    await checker.folder.prune(keep_rows=5)
    await checker.server.start()
    async with checker.everybody_listening([client]):
        pass
    return await checker.verdict(fresh_starts=2)


async def return_after_silent_pruning(checker: Checker) -> list[str]:
    """The same, but nothing that was kept is for the client: no jump tells it that something is missing."""
    await checker.server.start()
    (ann, *_), (_, _, cleo, *_) = checker.clients, checker.cast.people
    client = next(client for client in checker.clients if client.person is cleo)
    async with checker.everybody_listening([client]):
        await client.post(checker.cast.open_channel.id, "heard")
    checker.server.stop()
    await checker.folder.post(ann.person, checker.cast.open_channel, 30)
    await checker.folder.post(ann.person, checker.cast.private_channel, 1)
    await checker.folder.prune(keep_rows=1)
    await checker.server.start()
    async with checker.everybody_listening([client]):
        pass
    return await checker.verdict(fresh_starts=2)


async def return_after_a_kick(checker: Checker) -> list[str]:
    """While a client is away its person is kicked out of a channel in which others go on writing."""
    await checker.server.start()
    (ann, *_), (_, ben, *_) = checker.clients, checker.cast.people
    client = next(client for client in checker.clients if client.person is ben)
    private = checker.cast.private_channel
    async with checker.everybody_listening([ann, client]):
        await ann.post(private.id, "for Ben too")
    await checker.warden.swap(ben)
    await ann.post(private.id, "not for Ben")
    async with checker.everybody_listening([ann, client]):
        await ann.post(private.id, "nor is this")
    return await checker.verdict()


async def kick_and_let_in_again(checker: Checker) -> list[str]:
    """A client hears what is written while its person is kicked, and let in again, and kicked; then it comes back."""
    await checker.server.start()
    (ann, *_), (_, ben, *_) = checker.clients, checker.cast.people
    client = next(client for client in checker.clients if client.person is ben)
    private = checker.cast.private_channel
    for _ in range(2):
        async with checker.everybody_listening([ann, client]):
            for _ in range(4):
                await asyncio.gather(checker.warden.swap(ben), post_in_turn(ann, private.id, 5))
        await checker.warden.swap(ben)
        await ann.post(private.id, "while nobody listens")
    async with checker.everybody_listening([ann, client]):
        pass
    return await checker.verdict()


async def edit_and_delete(checker: Checker) -> list[str]:
    """Messages change while one client listens and another is away, which hears of all of it when it is back."""
    await checker.server.start()
    (client, other, *_), channel = checker.clients, checker.cast.open_channel
    async with checker.everybody_listening([client, other]):
        posts = [await client.post(channel.id, f"{number}") for number in range(3)]
        await client.edit(posts[0], "once")
    async with checker.everybody_listening([client]):
        await client.edit(posts[0], "twice")
        posts.append(await client.post(channel.id, "and gone"))
        await client.edit(posts[3], "almost gone")
        for post in posts[2:]:
            await client.delete(post)
    async with checker.everybody_listening([client, other]):
        pass
    return await checker.verdict()


async def post_in_turn(client: Client, channel_id: str, count: int) -> None:
    """Each when the one before is acknowledged."""
    for number in range(count):
        await client.post(channel_id, f"{number}")


async def repeat_after_a_restart(checker: Checker) -> list[str]:
    """Acknowledged requests come once more: for a message as it was, one that was edited, and one that was deleted."""
    await checker.server.start()
    (client, *_), channel = checker.clients, checker.cast.open_channel
    posts = [await client.post(channel.id, text) for text in ("kept", "to be edited", "to be deleted")]
    await client.edit(posts[1], "edited")
    await client.delete(posts[2])
    checker.server.kill()
    await checker.server.start()
    for post in posts:
        await client.repeat(post)
    return await checker.verdict()


Schedule = Callable[[Checker], Awaitable[list[str]]]
PLANTED: list[tuple[str, Schedule, str]] = [
    ("answer-before-commit", post_and_kill, "acknowledged and lost"),
    ("skip-one-in-a-thousand", post_past_a_thousand, "jumped from"),
    ("swap-two", post_a_few, "jumped from"),
    ("double-on-resume", leave_and_return, "was applied before"),
    ("resume-from-pruned", return_after_pruning, "jumped from"),
    ("resume-from-pruned", return_after_silent_pruning, "feeds differs"),
    ("replay-ignores-lost-rights", return_after_a_kick, "was shown the channel"),
    ("replay-ignores-lost-rights", kick_and_let_in_again, "without being in it"),
    ("edit-without-rev", edit_and_delete, "the history has"),
    ("edit-without-rev", edit_and_delete, "does not belong at"),
    ("nonce-in-memory", repeat_after_a_restart, "was repeated and answered 201"),
]
IDS = [f"{fault}: {schedule.__name__}: {complaint}" for fault, schedule, complaint in PLANTED]


@pytest.mark.parametrize(("fault", "schedule", "complaint"), PLANTED, ids=IDS)
async def test_a_planted_fault_is_found(tmp_path: Path, fault: str, schedule: Schedule, complaint: str) -> None:
    async with checking(tmp_path, fault) as checker:
        violations = await schedule(checker)
    assert any(complaint in violation for violation in violations), checker.report(violations)


SCHEDULES = list(dict.fromkeys(schedule for _, schedule, _ in PLANTED))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.__name__)
async def test_without_a_fault_there_is_nothing_to_find(tmp_path: Path, schedule: Schedule) -> None:
    async with checking(tmp_path, "none") as checker:
        violations = await schedule(checker)
    assert violations == [], checker.report(violations)
