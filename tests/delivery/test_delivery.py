"""Nothing acknowledged is lost, doubled or out of order, whatever moment the server is killed at; run it longer on demand.

`CROMULENT_TEST_KILLS=200` makes the long run, `CROMULENT_TEST_SEED` repeats one; see `docs/testing.md`.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.delivery.checker import Checker

pytestmark = pytest.mark.anyio
KILLS = int(os.environ.get("CROMULENT_TEST_KILLS", "10"))
SEED = int(os.environ.get("CROMULENT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


async def test_nothing_is_lost_doubled_or_shuffled_by_kills(tmp_path: Path, database_at: Path | str) -> None:
    print(f"CROMULENT_TEST_SEED={SEED} CROMULENT_TEST_KILLS={KILLS}")
    database_url = database_at if isinstance(database_at, str) else ""
    checker = Checker(tmp_path / "data", SEED, database_url=database_url)
    await checker.set_up()
    try:
        await checker.server.start()
        async with checker.everybody_busy():
            await checker.torment(KILLS)
        violations = await checker.verdict()
        print(checker.report(violations))
        assert violations == []
        assert len(checker.book.acknowledged()) > 20 * KILLS
        changed = [
            post for post in checker.book.acknowledged() if post.message and post.message["rev"] > post.message["seq"]
        ]
        assert len(changed) > KILLS
        assert checker.server.lives == KILLS + 1
        assert checker.warden.kicks > KILLS / 10
    finally:
        await checker.close()
