"""Who is muted in a voice channel by an administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Id = sa.String(36)


def upgrade() -> None:
    """Make the table; nobody is muted yet."""
    op.create_table(
        "voice_mutes",
        sa.Column("channel_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name="pk_voice_mutes"),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name="fk_voice_mutes_channel_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_voice_mutes_user_id"),
    )
