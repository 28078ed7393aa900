"""The first table of the jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Characters = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "export_job",
        sa.Column("request_key", Characters, nullable=False),
        sa.Column("id", Characters),
        sa.Column("tenant", Characters, nullable=False),
        sa.Column("source", Characters, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("idempotency_key", Characters),
        sa.Column("body_sha256", Characters),
        sa.Column("file_name", Characters),
        sa.Column("format", Characters),
        sa.Column("submitted_by", Characters),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("started_ms", sa.BigInteger()),
        sa.Column("finished_ms", sa.BigInteger()),
        sa.Column("cancel_requested_ms", sa.BigInteger()),
        sa.Column("as_of_ms", sa.BigInteger()),
        sa.Column("matched", sa.BigInteger()),
        sa.Column("total", sa.BigInteger()),
        sa.Column("step", Characters),
        sa.Column("records_done", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("file_key", Characters),
        sa.Column("result_name", Characters),
        sa.Column("file_bytes", sa.BigInteger()),
        sa.Column("file_sha256", Characters),
        sa.Column("file_expires_ms", sa.BigInteger()),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("error_code", Characters),
        sa.Column("error_message", sa.Text()),
        sa.Column("notified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("request_key"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_export_job_tenant", "export_job", ["tenant", "created_ms", "request_key"])
    op.create_index("ix_export_job_idempotency", "export_job", ["tenant", "idempotency_key"], unique=True)
    op.create_index("ix_export_job_finished", "export_job", ["finished_ms"])
