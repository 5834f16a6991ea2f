"""Hashing passwords with argon2id, off the loop and never many at once."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from cromulent.kernel.errors import Unavailable

T = TypeVar("T")
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
"""OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane."""
SALT_BYTES = 16
HASH_BYTES = 32
THREADS = 2
MAX_WAITING = 64


class PasswordHasher:
    """Hashes and verifies in a few threads, `THREADS` times 19 MiB at most; beyond `MAX_WAITING` callers it refuses (`busy`)."""

    def __init__(self) -> None:
        self._argon2 = argon2.PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, hash_len=HASH_BYTES, salt_len=SALT_BYTES
        )
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobodys = _hash_of_nothing()

    async def hash(self, password: str) -> str:
        """The string to store: algorithm, parameters, salt and hash."""
        return await self._in_thread(lambda: self._argon2.hash(_as_typed(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. With nothing stored it is wrong, after the same time."""
        return (
            await self._in_thread(lambda: self._matches(stored or self._nobodys, _as_typed(password)))
            and stored is not None
        )

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("Too many people are logging in at the moment. Please try again.", code="busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _hash_of_nothing() -> str:
    """As long to verify as any other, and no password has it: it was drawn, not made."""
    salt, drawn = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (SALT_BYTES, HASH_BYTES))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${drawn}"


def _as_typed(password: str) -> str:
    """The same characters for the same keys, whichever way a system composes its accents (NFKC, as RFC 8265 advises)."""
    return unicodedata.normalize("NFKC", password)
