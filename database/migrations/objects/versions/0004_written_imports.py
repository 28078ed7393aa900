"""What imports have written, noted in the transaction that writes it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "written_import",
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("job", Characters, nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "job"),
    )
    op.create_index("ix_written_import_time", "written_import", ["at_ms"])
