"""What a database is reached through: connections to write and to read with, and the word on a COMMIT nobody answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How to learn, when the connection broke during COMMIT, whether it was done.

    `mark` names the running transaction, as text; None says that a COMMIT which fails has kept nothing. `committed` answers by that name,
    on a new connection: None while the transaction is still under way.
    """

    mark: Callable[[Connection], str | None]
    committed: Callable[[Connection, str], bool | None]


FAILED_COMMITS_KEEP_NOTHING = Outcomes(mark=lambda _: None, committed=lambda _, __: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The engines of one database.

    `writing` gives the only connection that writes. `reading` gives connections to reader threads: all a transaction reads is of one
    moment. `on_loop` is for queries so short that they may hold up the event loop; None where they would wait for a network.
    `savepoint_each` says that a savepoint costs next to nothing: every unit gets one. Where it is a question and an answer over a network,
    units go without, and a batch in which one fails is begun again.
    """

    writing: Engine
    reading: Engine
    on_loop: Engine | None
    reader_threads: int
    outcomes: Outcomes
    savepoint_each: bool

    def dispose(self) -> None:
        """Close every connection."""
        for engine in (self.on_loop, self.reading, self.writing):
            if engine is not None:
                engine.dispose()
