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
KILLS_ON_POSTGRESQL = int(os.environ.get("CROMULENT_TEST_KILLS", "4"))
SEED = int(os.environ.get("CROMULENT_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)


async def test_nothing_is_lost_doubled_or_shuffled_by_kills(tmp_path: Path, database_at: Path | str) -> None:
    database_url = database_at if isinstance(database_at, str) else ""
    kills = KILLS_ON_POSTGRESQL if database_url else KILLS
    print(f"CROMULENT_TEST_SEED={SEED} CROMULENT_TEST_KILLS={kills}")
    checker = Checker(tmp_path / "data", SEED, database_url=database_url)
    await checker.set_up()
    try:
        await checker.server.start()
        async with checker.everybody_busy():
            await checker.torment(kills)
        violations = await checker.verdict()
        print(checker.report(violations))
        assert violations == []
        assert len(checker.book.acknowledged()) > 20 * kills
        changed = [
            post for post in checker.book.acknowledged() if post.message and post.message["rev"] > post.message["seq"]
        ]
        assert len(changed) > kills
        assert checker.server.lives == kills + 1
        assert checker.warden.kicks > kills / 10
    finally:
        await checker.close()
