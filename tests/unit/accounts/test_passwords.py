"""Password hashes: which algorithm, how many at once, and that nothing is learnt from the time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from statistics import median

import pytest

from cromulent.accounts.passwords import MAX_WAITING, PasswordHasher
from cromulent.kernel.errors import Unavailable

pytestmark = [pytest.mark.anyio, pytest.mark.costly_passwords]


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher()
    yield made
    made.close()


async def test_a_hash_is_argon2id_with_19_mib_two_passes_one_lane(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("correct horse battery")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored != await hasher.hash("correct horse battery")


async def test_only_the_password_itself_matches(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("correct horse battery")
    assert await hasher.verify(stored, "correct horse battery")
    assert not await hasher.verify(stored, "correct horse batterx")
    assert not await hasher.verify(stored, "")
    assert not await hasher.verify(None, "correct horse battery")
    assert not await hasher.verify("not a hash", "correct horse battery")


async def test_accents_match_however_they_are_composed(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("zwölf Boxkämpfer")
    assert await hasher.verify(stored, "zwo\u0308lf Boxka\u0308mpfer")


async def test_nobodys_password_takes_as_long_as_somebodys(hasher: PasswordHasher) -> None:
    stored = await hasher.hash("correct horse battery")

    async def seconds(known: str | None) -> float:
        before = time.perf_counter()
        await hasher.verify(known, "wrong horse battery")
        return time.perf_counter() - before

    for_somebody = median([await seconds(stored) for _ in range(7)])
    for_nobody = median([await seconds(None) for _ in range(7)])
    assert for_nobody > for_somebody / 3  # without a hash it would be a thousandth


async def test_beyond_a_bound_callers_are_refused(hasher: PasswordHasher) -> None:
    answers = await asyncio.gather(
        *(hasher.verify(None, "wrong") for _ in range(MAX_WAITING + 3)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(Unavailable) == 3
    assert not await hasher.verify(None, "wrong")
