"""What the composition root promises beside putting things together: one failure keeps nobody else from hearing."""

from __future__ import annotations

import asyncio

import pytest

from cromulent.bootstrap import _every, _in_turn
from cromulent.kernel.facts import Fact
from tests.gateway.waiting import until

pytestmark = pytest.mark.anyio


class Happened(Fact):
    """Something."""


def fail(fact: Fact) -> None:
    """A reaction with a bug."""
    raise ZeroDivisionError


def test_a_reaction_that_fails_keeps_no_other_from_hearing() -> None:
    heard: list[Fact] = []
    facts = [Happened(), Happened()]
    _in_turn([fail, heard.append])(facts)
    assert heard == facts


async def test_background_work_that_fails_once_goes_on() -> None:
    turns: list[int] = []

    def work() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise ZeroDivisionError

    working = asyncio.create_task(_every(0.001, work))
    await until(lambda: len(turns) >= 3, "the third turn")
    working.cancel()
