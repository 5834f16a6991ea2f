"""Letting people in and keeping order: invites with who came through them, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Instant = sa.BigInteger
Id = sa.String(36)

_FORBID_ON_SQLITE = """
CREATE TRIGGER audit_entries_no_{lower} BEFORE {upper} ON audit_entries
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_FORBID_REPLACING_ON_SQLITE = """
CREATE TRIGGER audit_entries_no_replace BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
"""What REPLACE removes passes the trigger on DELETE by."""
_REFUSAL_ON_POSTGRESQL = """
CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
"""
_FORBID_ON_POSTGRESQL = """
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()
"""


def upgrade() -> None:
    """Make the tables; an instance of before, where nothing but `closed` could be, now takes people by invite."""
    _invites()
    _audit_log()
    op.execute("""UPDATE settings SET value = '"invite"' WHERE key = 'registration_mode' AND value = '"closed"'""")


def _invites() -> None:
    op.create_table(
        "invites",
        sa.Column("id", Id, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_by", Id, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.Column("max_uses", sa.Integer),
        sa.Column("revoked_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_invites"),
        sa.UniqueConstraint("secret_hash", name="uq_invites_secret_hash"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_invites_created_by"),
    )
    op.create_table(
        "invite_uses",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("invite_id", Id, nullable=False),
        sa.Column("used_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_invite_uses"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_invite_uses_user_id"),
        sa.ForeignKeyConstraint(["invite_id"], ["invites.id"], name="fk_invite_uses_invite_id"),
    )
    op.create_index("ix_invite_uses_invite_id_user_id", "invite_uses", ["invite_id", "user_id"])


def _audit_log() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, autoincrement=True),
        sa.Column("happened_at", Instant, nullable=False),
        sa.Column("actor_id", Id),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_id", Id),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entries"),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(_REFUSAL_ON_POSTGRESQL)
        op.execute(_FORBID_ON_POSTGRESQL)
    else:
        for change in ("update", "delete"):
            op.execute(_FORBID_ON_SQLITE.format(lower=change, upper=change.upper()))
        op.execute(_FORBID_REPLACING_ON_SQLITE)
