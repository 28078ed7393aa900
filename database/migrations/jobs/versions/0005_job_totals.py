"""What all jobs come to, for the metrics."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job_total",
        sa.Column("name", Characters, nullable=False),
        sa.Column("label", Characters, nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label"),
    )
