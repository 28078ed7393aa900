"""Who may call, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("id", Characters, nullable=False),
        sa.Column("secret_sha256", Characters, nullable=False),
        sa.Column("tenant", Characters),
        sa.Column("name", Characters, nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_sha256"),
    )
    op.create_table(
        "audit_event",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", Characters, nullable=False),
        sa.Column("tenant", Characters),
        sa.Column("credential", Characters),
        sa.Column("client", Characters),
        sa.Column("address", Characters),
        sa.Column("job", Characters),
        sa.Column("detail", Characters, nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_audit_event_time", "audit_event", ["at_ms", "number"])
    op.create_index("ix_audit_event_tenant", "audit_event", ["tenant", "at_ms", "number"])
