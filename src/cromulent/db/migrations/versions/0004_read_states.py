"""How far everybody has read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Id = sa.String(36)


def upgrade() -> None:
    """Make the table; what was written before it was kept counts as read."""
    op.create_table(
        "read_states",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("read_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "channel_id", name="pk_read_states"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_read_states_user_id"),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_read_states_channel_id"),
    )
    op.create_index("ix_read_states_channel_id", "read_states", ["channel_id"])
    op.execute(
        """
        INSERT INTO read_states (user_id, channel_id, read_seq)
        SELECT memberships.user_id, memberships.channel_id, COALESCE(feeds.head_seq, 0)
        FROM memberships JOIN channels ON channels.id = memberships.channel_id
        LEFT JOIN feeds ON feeds.feed = 'channel:' || memberships.channel_id
        WHERE channels.kind = 'text'
        """
    )
