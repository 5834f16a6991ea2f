"""Read states as rows: one for each member of a text channel, from the beginning of the membership to its end."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cromulent.db import HotStatement, metadata
from cromulent.messages import last_seq_in
from cromulent.notifications.model import ReadState

read_states = Table(
    "read_states",
    metadata,
    Column("user_id", String(36), ForeignKey("users.id"), primary_key=True),
    Column("channel_id", String(36), ForeignKey("channels.id"), primary_key=True, index=True),
    Column("read_seq", BigInteger, nullable=False),
)

_INSERT_ONCE = {
    dialect.dialect.name: HotStatement(
        dialect.insert(read_states).on_conflict_do_nothing(index_elements=["user_id", "channel_id"]),
        ("user_id", "channel_id", "read_seq"),
    )
    for dialect in (sqlite, postgresql)
}
_ADVANCE = HotStatement(
    update(read_states)
    .where(
        read_states.c.user_id == bindparam("user", type_=String),
        read_states.c.channel_id == bindparam("channel", type_=String),
        read_states.c.read_seq < bindparam("seq", type_=BigInteger),
    )
    .values(read_seq=bindparam("seq", type_=BigInteger))
)
_OF_USER = select(
    read_states.c.channel_id, read_states.c.read_seq, last_seq_in(read_states.c.channel_id).label("last_seq")
).where(read_states.c.user_id == bindparam("user_id", type_=String))


def read_states_of(connection: Connection, user_id: str) -> list[ReadState]:
    """Those of a user, for every text channel they are in, in channel order."""
    rows = connection.execute(_OF_USER.order_by(read_states.c.channel_id), {"user_id": user_id})
    return [ReadState(row.channel_id, row.read_seq, max(row.read_seq, row.last_seq or 0)) for row in rows]


def insert_read_state(connection: Connection, user_id: str, channel_id: str, read_seq: int) -> None:
    """Begin to keep how far a member has read; nothing happens when that is kept already."""
    row = {"user_id": user_id, "channel_id": channel_id, "read_seq": read_seq}
    _INSERT_ONCE[connection.dialect.name].run(connection, row)


def get_read_seq(connection: Connection, user_id: str, channel_id: str) -> int:
    """How far a member has read; 0 for who is none."""
    one = select(read_states.c.read_seq).where(read_states.c.user_id == user_id, read_states.c.channel_id == channel_id)
    return connection.execute(one).scalar_one_or_none() or 0


def advance_read_state(connection: Connection, user_id: str, channel_id: str, read_seq: int) -> bool:
    """Move it forward; False, and nothing done, when it is as far already."""
    return _ADVANCE.run(connection, {"user": user_id, "channel": channel_id, "seq": read_seq}) == 1


def delete_read_state(connection: Connection, user_id: str, channel_id: str) -> None:
    """Forget how far a user has read a channel."""
    of_one = read_states.c.user_id == user_id
    connection.execute(delete(read_states).where(of_one, read_states.c.channel_id == channel_id))


def delete_read_states(connection: Connection, channel_id: str) -> None:
    """Forget how far anybody has read a channel that is about to be gone."""
    connection.execute(delete(read_states).where(read_states.c.channel_id == channel_id))
