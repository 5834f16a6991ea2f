"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

DEADLINE_SECONDS = 10.0
LOOK_EVERY_SECONDS = 0.002


async def until(condition: Callable[[], object], what: str = "it") -> None:
    """Return when `condition` is true; fails when that takes longer than `DEADLINE_SECONDS`."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not condition():
                await _a_moment()
    except TimeoutError:
        raise AssertionError(f"{what} did not happen in {DEADLINE_SECONDS} s") from None


async def _a_moment() -> None:
    await asyncio.sleep(LOOK_EVERY_SECONDS)
