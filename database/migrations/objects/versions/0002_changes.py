"""What became of each object. Those that are there already begin their history with their last load."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "object_change",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("type", Characters, nullable=False),
        sa.Column("id", Characters, nullable=False),
        sa.Column("kind", Characters, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", Characters),
        sa.Column("previous", sa.Text()),
        sa.PrimaryKeyConstraint("number"),
    )
    op.execute(
        "INSERT INTO object_change (tenant, type, id, kind, at_ms) "
        "SELECT tenant, type, id, 'created', loaded_ms FROM state_object ORDER BY loaded_ms, tenant, type, id"
    )
    op.create_index("ix_object_change_object", "object_change", ["tenant", "type", "id", "number"])
    op.create_index("ix_object_change_time", "object_change", ["tenant", "at_ms"])
