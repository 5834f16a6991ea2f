"""A unit: one durable change, all or nothing, with the facts it records and the log rows they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from cromulent.db.errors import SeqNotDense
from cromulent.db.hot_statement import HotStatement
from cromulent.db.schema import feeds
from cromulent.kernel.facts import Fact

_HEAD_SEQ = HotStatement(select(feeds.c.head_seq).where(feeds.c.feed == bindparam("feed")))

FactEncoder = Callable[[Fact], tuple[str, str]]
"""Turns a fact into (dispatch name, JSON of its `d`). Pure."""


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """A log row that still lacks its position."""

    feed: str
    seq: int
    type: str
    payload: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """The payload a row of the log gets in place of its own, which held what nobody shall read any more."""

    feed: str
    seq: int
    payload: str


class Unit:
    """What a unit's function is given: the connection, the instant, and where facts are put.

    A unit's function is pure but for the connection: no I/O, no rendering, no change of memory, because it may run
    and then be rolled back with its batch. Log rows are written by the writer, last, for the whole batch.
    """

    def __init__(self, connection: Connection, now: datetime, batch_heads: dict[str, int], writing: Writing) -> None:
        self.connection = connection
        self.now = now
        self.facts: list[Fact] = []
        self.pending: list[PendingEvent] = []
        self.erasures: list[Erasure] = []
        self.erased_feeds: list[str] = []
        self.heads: dict[str, int] = {}
        self._batch_heads = batch_heads
        self._writing = writing

    def reserve_seq(self, feed: str) -> int:
        """The next seq of a feed, to be used in exactly one `record` of this unit, before the feed's next one; else the unit fails."""
        self.heads[feed] = seq = self.head_seq(feed) + 1
        return seq

    def head_seq(self, feed: str) -> int:
        """The seq of the last event of a feed, those of this batch included; 0 for an empty one."""
        if feed in self.heads:
            return self.heads[feed]
        if feed not in self._batch_heads:
            found = _HEAD_SEQ.find_one(self.connection, {"feed": feed})
            self._batch_heads[feed] = 0 if found is None else int(found[0])
        return self._batch_heads[feed]

    def record(self, fact: Fact, feed: str | None = None, *, seq: int | None = None) -> None:
        """Say what has happened, and to whom: `feed` names the audience, None means only this process hears of it.

        `seq` is one reserved before, for a fact that carries its own; otherwise the next one is taken.
        """
        self.facts.append(fact)
        if feed is not None:
            name, payload = self._writing.encode(fact)
            self.pending.append(PendingEvent(feed, self.reserve_seq(feed) if seq is None else seq, name, payload))
        for reaction in self._writing.inside.get(type(fact), ()):
            reaction(self, fact)

    def erase(self, fact: Fact, feed: str, *, seq: int) -> None:
        """Tell an earlier event of a feed anew, from now on: `fact` is what was recorded there without what is to be forgotten.

        The row keeps its place and its name; nothing happens when it has been pruned.
        """
        _, payload = self._writing.encode(fact)
        self.erasures.append(Erasure(feed, seq, payload))

    def erase_feed(self, feed: str) -> None:
        """Leave nothing of what the log tells in a feed that nobody hears any more, whatever this batch writes into it included.

        The rows keep their places and their names. Only for a feed whose last hearer has gone in this unit or before.
        """
        self.erased_feeds.append(feed)

    def check_seqs(self) -> None:
        """Raise `SeqNotDense` unless the events continue every feed one by one, up to what was reserved: to a client a gap is a loss."""
        reached: dict[str, int] = {}
        for event in self.pending:
            before = reached.get(event.feed) or self._batch_heads.get(event.feed, 0)
            if event.seq != before + 1:
                raise SeqNotDense(event.feed)
            reached[event.feed] = event.seq
        if reached != self.heads:
            raise SeqNotDense(*self.heads)


Reaction = Callable[[Unit, Fact], None]
"""A handler that runs inside the unit: its failure fails the unit."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How facts leave a unit: as log rows through `encode`, and to the handlers that react inside it."""

    encode: FactEncoder
    inside: Mapping[type[Fact], Sequence[Reaction]] = field(default_factory=dict[type[Fact], Sequence[Reaction]])
