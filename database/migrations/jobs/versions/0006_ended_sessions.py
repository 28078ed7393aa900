"""Sessions of the pages that were ended by signing out."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "ended_session",
        sa.Column("id", Characters, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
