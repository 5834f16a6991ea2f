"""Voice channels for fewer people than others."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the column; no channel is for fewer yet."""
    op.add_column("channels", sa.Column("user_limit", sa.Integer, nullable=True))
