"""Jobs that take files in, and those files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("export_job", sa.Column("kind", Characters, nullable=False, server_default="export"))
    op.add_column("export_job", sa.Column("counts", sa.Text(), nullable=False, server_default="{}"))
    op.create_table(
        "import_file",
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("id", Characters, nullable=False),
        sa.Column("name", Characters, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    op.create_index("ix_import_file_created", "import_file", ["created_ms"])
