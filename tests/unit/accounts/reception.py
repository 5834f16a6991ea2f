"""Accounts on a real database, with what they tell the rest of the server written down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cromulent.accounts import (
    AccountService,
    EntryChecks,
    LoggedIn,
    NewAccount,
    ProfileService,
    RegistrationService,
    User,
    UserAdministration,
    Visitor,
    checked_account,
)
from cromulent.db import Writing, open_database
from cromulent.gateway import encode_fact
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.facts import Fact

PASSWORD = "correct horse battery"
HERE = Visitor("Firefox on Linux", "192.0.2.1")


class Reception:
    """A started `AccountService`; `facts` are those committed so far."""

    def __init__(self, where: Path | str, clock: FakeClock) -> None:
        self.clock = clock
        self.database = open_database(where, clock, Writing(encode_fact))
        self.database.start()
        self.entry = entry = EntryChecks.open(clock, b"key")
        self.accounts = AccountService(self.database, clock, entry)
        self.registration = RegistrationService(self.database, clock, entry)
        self.profiles = ProfileService(self.database, clock, entry)
        self.administration = UserAdministration(self.database)
        self.facts: list[Fact] = []
        self.database.writer.after_commit = self._after_commit

    async def close(self) -> None:
        """As the server does it."""
        await self.accounts.close()
        await self.database.close()

    async def add_user(self, user_name: str = "ann", email: str | None = None) -> User:
        """A user who can log in with `PASSWORD`."""
        return await self.accounts.create_administrator(account(user_name, email))

    async def log_in(self, login: str = "ann", visitor: Visitor = HERE) -> LoggedIn:
        """Log in with the right password."""
        return await self.accounts.log_in(login, PASSWORD, visitor)

    def facts_of(self, kind: type[Fact]) -> list[Fact]:
        """The committed facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _after_commit(self, facts: Sequence[Fact]) -> None:
        self.facts.extend(facts)
        for fact in facts:
            self.accounts.after_commit(fact)


def account(user_name: str = "ann", email: str | None = None) -> NewAccount:
    """A good account."""
    return checked_account(user_name, email, PASSWORD)
